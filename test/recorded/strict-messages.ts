/**
 * What the Messages API demands of a body, checked without the product's help: returns what is wrong, in words.
 * https://platform.claude.com/docs/en/api/messages and the guides for tool use, vision and thinking.
 */

type Fields = Readonly<Record<string, unknown>>;

const fields = new Set([
  ...[
    'model',
    'max_tokens',
    'messages',
    'system',
    'stream',
    'stop_sequences',
    'temperature',
    'top_p',
    'top_k',
    'tools',
  ],
  ...['tool_choice', 'thinking', 'metadata', 'output_config', 'service_tier'],
]);

export function messagesBodyViolations(body: Fields): string[] {
  const check = new MessagesBodyCheck();
  check.body(body);
  return check.violations;
}

class MessagesBodyCheck {
  readonly violations: string[] = [];
  readonly #ids = new Set<string>();
  /** Calls of the assistant message right before. */
  #due = new Set<string>();
  #usesTools = false;
  #cacheMarks = 0;

  #say(what: string): void {
    this.violations.push(what);
  }

  body(body: Fields): void {
    for (const field of Object.keys(body)) if (!fields.has(field)) this.#say(`unknown field ${field}`);
    if (typeof body.model !== 'string' || body.model === '') this.#say('no model');
    if (!Number.isInteger(body.max_tokens) || Number(body.max_tokens) < 1)
      this.#say('max_tokens is no positive integer');
    this.#messages(body.messages);
    if (body.system !== undefined) this.#content(body.system, 'system', ['text']);
    this.#tools(body);
    this.#sampling(body);
    this.#thinking(body);
    if (this.#cacheMarks > 4) this.#say(`${this.#cacheMarks} cache marks; the limit is 4`);
  }

  #messages(value: unknown): void {
    if (!Array.isArray(value) || value.length === 0) return this.#say('messages is no filled array');
    let before = '';
    for (const [i, message] of (value as Fields[]).entries()) {
      const at = `messages[${i}]`;
      const role = String(message.role);
      if (!['user', 'assistant', 'system'].includes(role)) this.#say(`${at}: role ${role}`);
      if (i === 0 && role !== 'user') this.#say('the first message is not of the user');
      // Neighbours of one role are one turn to the API; instructions are not.
      if (role === before && role === 'system') this.#say(`${at}: a second system message in a row`);
      if (role === 'system' && before !== 'user') this.#say(`${at}: role system behind ${before}`);
      this.#message(role, message.content, at);
      before = role;
    }
    if (this.#due.size > 0) this.#say('the last calls have no results');
    this.#trailing((value as Fields[]).at(-1));
  }

  #message(role: string, content: unknown, at: string): void {
    const blocks = this.#content(content, at, allowed[role] ?? []);
    if (role === 'assistant') return this.#calls(blocks, at);
    const results = blocks.filter((block) => block.type === 'tool_result');
    const first = blocks.findIndex((block) => block.type !== 'tool_result');
    if (first !== -1 && blocks.slice(first).some((block) => block.type === 'tool_result'))
      this.#say(`${at}: a result behind something else`);
    for (const result of results) {
      if (!this.#due.delete(String(result.tool_use_id)))
        this.#say(`${at}: a result without a call right before (${String(result.tool_use_id)})`);
    }
    if (this.#due.size > 0) this.#say(`${at}: calls without results: ${[...this.#due]}`);
    this.#due = new Set();
  }

  #calls(blocks: readonly Fields[], at: string): void {
    for (const block of blocks) {
      if (block.type !== 'tool_use') continue;
      const id = String(block.id);
      if (!/^[a-zA-Z0-9_-]+$/.test(id)) this.#say(`${at}: call id ${id}`);
      if (this.#ids.has(id)) this.#say(`${at}: call id ${id} twice`);
      if (!isFields(block.input)) this.#say(`${at}: the input of ${id} is no object`);
      if (typeof block.name !== 'string' || block.name === '') this.#say(`${at}: call ${id} has no name`);
      this.#ids.add(id);
      this.#due.add(id);
      this.#usesTools = true;
    }
  }

  #content(value: unknown, at: string, types: readonly string[]): readonly Fields[] {
    if (typeof value === 'string') {
      if (value.trim() === '') this.#say(`${at}: blank text`);
      return [];
    }
    if (!Array.isArray(value) || value.length === 0 || !value.every(isFields)) {
      this.#say(`${at}: content is neither text nor a filled array of blocks`);
      return [];
    }
    for (const [i, block] of value.entries()) this.#block(block, `${at}.content[${i}]`, types);
    return value;
  }

  #block(block: Fields, at: string, types: readonly string[]): void {
    const type = String(block.type);
    if (!types.includes(type)) this.#say(`${at}: ${type} has no place here`);
    if (block.cache_control !== undefined) this.#cacheMarks++;
    if (type === 'text' && (typeof block.text !== 'string' || block.text.trim() === '')) this.#say(`${at}: blank text`);
    if (type === 'image' || type === 'document') this.#source(block.source, type, at);
    if (type === 'thinking' && (typeof block.signature !== 'string' || block.signature === ''))
      this.#say(`${at}: thinking without a signature`);
    const inner = block.content;
    const isEmpty = inner === undefined || inner === '' || (Array.isArray(inner) && inner.length === 0);
    if (type === 'tool_result' && !isEmpty && typeof inner !== 'string')
      this.#content(inner, at, ['text', 'image', 'document', 'search_result', 'tool_reference']);
  }

  #source(value: unknown, kind: string, at: string): void {
    const source = isFields(value) ? value : {};
    const images = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
    const types = kind === 'image' ? images : ['application/pdf'];
    if (source.type === 'url') {
      if (!/^https?:\/\//.test(String(source.url))) this.#say(`${at}: url ${String(source.url).slice(0, 60)}`);
    } else if (source.type === 'base64') {
      if (!types.includes(String(source.media_type))) this.#say(`${at}: media type ${String(source.media_type)}`);
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(String(source.data))) this.#say(`${at}: the data is not base64`);
    } else if (!(kind === 'document' && source.type === 'text' && source.media_type === 'text/plain')) {
      this.#say(`${at}: source ${String(source.type)}`);
    }
  }

  #tools(body: Fields): void {
    const tools = body.tools === undefined ? [] : (body.tools as Fields[]);
    if (this.#usesTools && tools.length === 0) this.#say('calls in the conversation, but no tools');
    const names = tools.map((tool) => String(tool.name));
    if (new Set(names).size < names.length) this.#say('two tools of one name');
    for (const tool of tools) {
      if (tool.cache_control !== undefined) this.#cacheMarks++;
      if (!/^[a-zA-Z0-9_-]{1,128}$/.test(String(tool.name))) this.#say(`tool name ${String(tool.name)}`);
      if (!isFields(tool.input_schema) || tool.input_schema.type !== 'object')
        this.#say(`the schema of ${String(tool.name)} is no object schema`);
    }
    if (body.tool_choice === undefined) return;
    const choice = isFields(body.tool_choice) ? body.tool_choice : {};
    if (!['auto', 'any', 'tool', 'none'].includes(String(choice.type))) this.#say(`tool_choice ${String(choice.type)}`);
    if (tools.length === 0) this.#say('tool_choice without tools');
    if (choice.type === 'tool' && !names.includes(String(choice.name))) this.#say('tool_choice names no tool');
  }

  #sampling(body: Fields): void {
    for (const field of ['temperature', 'top_p']) {
      const value = body[field];
      if (value !== undefined && !(typeof value === 'number' && value >= 0 && value <= 1))
        this.#say(`${field} ${value}`);
    }
    const stops = body.stop_sequences === undefined ? [] : (body.stop_sequences as unknown[]);
    if (!stops.every((stop) => typeof stop === 'string' && stop.trim() !== '')) this.#say('a blank stop sequence');
  }

  #thinking(body: Fields): void {
    const thinking = isFields(body.thinking) ? body.thinking : {};
    if (thinking.type !== 'enabled') return;
    const budget = Number(thinking.budget_tokens);
    if (budget < 1024 || budget >= Number(body.max_tokens)) this.#say(`thinking budget ${budget}`);
    if (body.temperature !== undefined && body.temperature !== 1) this.#say('temperature with thinking');
    const choice = isFields(body.tool_choice) ? body.tool_choice.type : 'auto';
    if (choice === 'any' || choice === 'tool') this.#say('a forced call with thinking');
  }

  #trailing(last: Fields | undefined): void {
    const blocks = Array.isArray(last?.content) ? (last.content as Fields[]) : [{ type: 'text', text: last?.content }];
    const text = last?.role === 'assistant' ? blocks.at(-1)?.text : undefined;
    if (typeof text === 'string' && text !== text.trimEnd()) this.#say('the prefill ends in white space');
  }
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'document', 'tool_result'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use'],
  system: ['text'],
};

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

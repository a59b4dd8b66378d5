/**
 * What Chat Completions demands of a body, checked without the product's help: returns what is wrong, in words.
 * https://platform.openai.com/docs/api-reference/chat/create
 */

type Fields = Readonly<Record<string, unknown>>;

const fields = new Set([
  ...['model', 'messages', 'stream', 'stream_options', 'tools', 'tool_choice', 'parallel_tool_calls', 'max_tokens'],
  ...['max_completion_tokens', 'temperature', 'top_p', 'seed', 'frequency_penalty', 'presence_penalty', 'stop', 'user'],
  ...['response_format', 'reasoning_effort', 'safety_identifier', 'prompt_cache_key', 'service_tier'],
]);

export function chatBodyViolations(body: Fields): string[] {
  const check = new ChatBodyCheck();
  check.body(body);
  return check.violations;
}

class ChatBodyCheck {
  readonly violations: string[] = [];
  /** Calls whose result must come before anything else. */
  #due = new Set<string>();

  #say(what: string): void {
    this.violations.push(what);
  }

  body(body: Fields): void {
    for (const field of Object.keys(body)) if (!fields.has(field)) this.#say(`unknown field ${field}`);
    if (typeof body.model !== 'string' || body.model === '') this.#say('no model');
    if (body.stream_options !== undefined && body.stream !== true) this.#say('stream_options without a stream');
    this.#messages(body.messages);
    this.#tools(body);
    this.#options(body);
  }

  #messages(value: unknown): void {
    if (!Array.isArray(value) || value.length === 0) return this.#say('messages is no filled array');
    for (const [i, message] of (value as Fields[]).entries()) this.#message(message, `messages[${i}]`);
    if (this.#due.size > 0) this.#say('the last calls have no results');
  }

  #message(message: Fields, at: string): void {
    if (message.role !== 'tool' && this.#due.size > 0) {
      this.#say(`${at}: ${String(message.role)} where results were due: ${[...this.#due]}`);
      this.#due = new Set();
    }
    switch (message.role) {
      case 'system':
      case 'developer':
        if (!isText(message.content)) this.#say(`${at}: an instruction that is no text`);
        return;
      case 'user':
        return this.#user(message.content, at);
      case 'assistant':
        return this.#assistant(message, at);
      case 'tool':
        if (typeof message.content !== 'string') this.#say(`${at}: a result that is no text`);
        if (!this.#due.delete(String(message.tool_call_id)))
          this.#say(`${at}: a result without a call right before (${String(message.tool_call_id)})`);
        return;
      default:
        this.#say(`${at}: role ${String(message.role)}`);
    }
  }

  #user(content: unknown, at: string): void {
    if (typeof content === 'string') {
      if (content === '') this.#say(`${at}: empty text`);
      return;
    }
    if (!Array.isArray(content) || content.length === 0) return this.#say(`${at}: content is no filled array`);
    for (const [i, part] of (content as Fields[]).entries()) this.#part(part, `${at}.content[${i}]`);
  }

  #part(part: Fields, at: string): void {
    if (part.type === 'text') {
      if (typeof part.text !== 'string' || part.text === '') this.#say(`${at}: empty text`);
    } else if (part.type === 'image_url') {
      const url = isFields(part.image_url) ? String(part.image_url.url) : '';
      if (!/^(https?:\/\/|data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$)/.test(url))
        this.#say(`${at}: image ${url.slice(0, 60)}`);
    } else if (part.type === 'file') {
      const file = isFields(part.file) ? part.file : {};
      if (!String(file.file_data).startsWith('data:application/pdf;base64,') || typeof file.filename !== 'string')
        this.#say(`${at}: a file without its bytes or name`);
    } else this.#say(`${at}: part ${String(part.type)}`);
  }

  #assistant(message: Fields, at: string): void {
    const calls = message.tool_calls === undefined ? [] : (message.tool_calls as Fields[]);
    if (message.tool_calls !== undefined && calls.length === 0) this.#say(`${at}: an empty list of calls`);
    const isSilent = message.content === null || message.content === undefined;
    if (isSilent && calls.length === 0 && message.refusal === undefined) this.#say(`${at}: says nothing`);
    if (!isSilent && typeof message.content !== 'string') this.#say(`${at}: content is no text`);
    for (const call of calls) {
      const tool = isFields(call.function) ? call.function : {};
      if (call.type !== 'function') this.#say(`${at}: call of type ${String(call.type)}`);
      if (typeof call.id !== 'string' || call.id === '') this.#say(`${at}: a call without an id`);
      if (this.#due.has(String(call.id))) this.#say(`${at}: call id ${String(call.id)} twice`);
      if (typeof tool.name !== 'string' || tool.name === '') this.#say(`${at}: a call without a name`);
      if (!isObjectText(tool.arguments)) this.#say(`${at}: arguments are no JSON object`);
      this.#due.add(String(call.id));
    }
  }

  #tools(body: Fields): void {
    const tools = body.tools === undefined ? [] : (body.tools as Fields[]);
    if (body.tools !== undefined && tools.length === 0) this.#say('an empty list of tools');
    const names = tools.map((tool) => String(isFields(tool.function) ? tool.function.name : tool.type));
    if (new Set(names).size < names.length) this.#say('two tools of one name');
    for (const tool of tools) {
      const { name, parameters } = isFields(tool.function) ? tool.function : {};
      if (tool.type !== 'function' || !/^[a-zA-Z0-9_-]{1,64}$/.test(String(name))) this.#say(`tool ${String(name)}`);
      if (parameters !== undefined && !isFields(parameters)) this.#say(`the parameters of ${String(name)}`);
    }
    const choice = body.tool_choice;
    if (choice === undefined) return;
    if (tools.length === 0) this.#say('tool_choice without tools');
    const named = isFields(choice) && isFields(choice.function) ? String(choice.function.name) : undefined;
    if (!['auto', 'none', 'required'].includes(String(choice)) && !names.includes(String(named)))
      this.#say('tool_choice is no word and names no tool');
  }

  #options(body: Fields): void {
    if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined) this.#say('two token limits');
    const { temperature, stop, response_format: format, user } = body;
    if (temperature !== undefined && !(Number(temperature) >= 0 && Number(temperature) <= 2)) this.#say('temperature');
    if (stop !== undefined && !(Array.isArray(stop) && stop.length <= 4)) this.#say('more than four stops');
    if (typeof user === 'string' && user.length > 64) this.#say('a user id of more than 64 characters');
    if (!isFields(format) || format.type !== 'json_schema') return;
    const named = isFields(format.json_schema) ? format.json_schema : {};
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(named.name)) || !isFields(named.schema)) this.#say('response_format');
  }
}

function isText(content: unknown): boolean {
  if (typeof content === 'string') return content !== '';
  return (
    Array.isArray(content) && content.length > 0 && content.every((part) => isFields(part) && part.type === 'text')
  );
}

function isObjectText(value: unknown): boolean {
  try {
    return typeof value === 'string' && isFields(JSON.parse(value));
  } catch {
    return false;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

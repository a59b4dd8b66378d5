/**
 * What Anthropic's API would refuse in a request that the gateway made itself. Returns it in words; [] is a pass. Own
 * code, from the API's reference: a fake provider takes everything, a real one does not.
 * https://platform.claude.com/docs/en/api/messages
 */
import { asObject } from './sse-events.ts';

type Fields = Readonly<Record<string, unknown>>;

export function messagesRequestViolations(body: Fields): string[] {
  const check = new MessagesRequestCheck(body);
  check.options();
  check.tools();
  check.messages();
  return check.violations;
}

class MessagesRequestCheck {
  readonly violations: string[] = [];
  readonly #body: Fields;
  readonly #ids = new Set<string>();
  #marks = 0;

  constructor(body: Fields) {
    this.#body = body;
  }

  options(): void {
    const { max_tokens: maxTokens, temperature, tool_choice: choice, thinking } = this.#body;
    if (!Number.isInteger(maxTokens) || Number(maxTokens) < 1) this.#say(`max_tokens is ${String(maxTokens)}`);
    if (temperature !== undefined && !(Number(temperature) >= 0 && Number(temperature) <= 1))
      this.#say(`temperature is ${String(temperature)}`);
    if (choice !== undefined && listOf(this.#body.tools).length === 0) this.#say('tool_choice without tools');
    const plan = asObject(thinking);
    if (plan === undefined || plan.type === 'disabled') return;
    if (temperature !== undefined && temperature !== 1) this.#say('temperature with thinking');
    if (this.#body.top_k !== undefined) this.#say('top_k with thinking');
    if (['any', 'tool'].includes(String(asObject(choice)?.type))) this.#say('a forced tool with thinking');
    const budget = Number(plan.budget_tokens);
    if (plan.type === 'enabled' && !(budget >= 1024 && budget < Number(maxTokens))) this.#say(`budget ${budget}`);
  }

  tools(): void {
    const names = new Set<string>();
    for (const tool of listOf(this.#body.tools)) {
      this.#mark(tool);
      if (tool.type !== undefined && tool.type !== 'custom') continue;
      const name = String(tool.name);
      if (!/^[a-zA-Z0-9_-]{1,128}$/.test(name)) this.#say(`tool name ${name}`);
      if (names.has(name)) this.#say(`two tools named ${name}`);
      names.add(name);
      if (asObject(tool.input_schema)?.type !== 'object') this.#say(`input_schema of ${name} is no object schema`);
    }
  }

  messages(): void {
    this.#content(this.#body.system ?? 'none', 'system');
    const messages = listOf(this.#body.messages);
    if (messages[0]?.role !== 'user') this.#say(`the first message has role ${String(messages[0]?.role)}`);
    messages.forEach((message, i) => {
      const at = `messages[${i}]`;
      this.#content(message.content, at);
      if (message.role === 'assistant') this.#calls(message, messages[i + 1], at);
      else if (message.role === 'system') this.#instruction(messages[i - 1], at);
      else if (message.role !== 'user') this.#say(`${at} has role ${String(message.role)}`);
      if (message.role === 'user') this.#results(message, messages[i - 1], at);
    });
    const last = messages.at(-1);
    const text = last?.role === 'assistant' ? textOf(last.content) : '';
    if (text !== text.trimEnd()) this.#say('the prefill ends in white space');
    if (this.#marks > 4) this.#say(`${this.#marks} cache breakpoints`);
  }

  #calls(message: Fields, next: Fields | undefined, at: string): void {
    const ids = listOf(message.content).flatMap((block) => (block.type === 'tool_use' ? [String(block.id)] : []));
    for (const id of ids) {
      if (!/^[a-zA-Z0-9_-]+$/.test(id)) this.#say(`${at}: tool_use id ${id}`);
      if (this.#ids.has(id)) this.#say(`${at}: tool_use id ${id} for the second time`);
      this.#ids.add(id);
    }
    for (const block of listOf(message.content)) {
      if (block.type === 'tool_use' && asObject(block.input) === undefined) this.#say(`${at}: input is no object`);
      if (block.type === 'thinking' && !block.signature) this.#say(`${at}: thinking without a signature`);
    }
    const answered = listOf(next?.content).map((block) => block.tool_use_id);
    for (const id of ids) if (!answered.includes(id)) this.#say(`${at}: call ${id} has no result in the next message`);
  }

  #results(message: Fields, before: Fields | undefined, at: string): void {
    const calls = listOf(before?.content).flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const seen = new Set<unknown>();
    let hasOther = false;
    for (const block of listOf(message.content)) {
      if (block.type !== 'tool_result') hasOther = true;
      else {
        if (hasOther) this.#say(`${at}: a tool_result after other content`);
        if (!calls.includes(block.tool_use_id))
          this.#say(`${at}: a result of unknown call ${String(block.tool_use_id)}`);
        if (seen.has(block.tool_use_id)) this.#say(`${at}: a second result of ${String(block.tool_use_id)}`);
        seen.add(block.tool_use_id);
        if (block.content !== undefined && block.content !== '') this.#content(block.content, `${at}.tool_result`);
      }
    }
  }

  #instruction(before: Fields | undefined, at: string): void {
    if (before?.role !== 'user') this.#say(`${at}: an instruction that follows no user message`);
  }

  #content(content: unknown, at: string): void {
    if (typeof content === 'string') {
      if (content.trim() === '') this.#say(`${at} is blank`);
      return;
    }
    const blocks = listOf(content);
    if (blocks.length === 0) this.#say(`${at} has no content`);
    for (const block of blocks) {
      this.#mark(block);
      if (block.type === 'text' && String(block.text).trim() === '') this.#say(`${at} has a blank text`);
    }
  }

  #mark(block: Fields): void {
    if (block.cache_control !== undefined) this.#marks++;
  }

  #say(what: string): void {
    this.violations.push(what);
  }
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(asObject).filter((item) => item !== undefined) : [];
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : String(listOf(content).at(-1)?.text ?? '');
}

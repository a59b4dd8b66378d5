"""The scenarios by the official OpenAI SDK for Python."""

import json
from typing import List

import openai
from pydantic import BaseModel
from scenarios import PROMPT, SCHEMA, caught, lookup, run, target

TARGET = target()
PREFIX = TARGET["prefix"]
TOOLS = [
    {
        "type": "function",
        "function": {"name": "lookup", "description": "Counts the people of a city.", "parameters": SCHEMA},
    }
]


class Person(BaseModel):
    name: str
    age: int
    tags: List[str]


def client_with(key):
    return openai.OpenAI(base_url=TARGET["url"] + "/v1", api_key=key, max_retries=0)


client = client_with(TARGET["key"])


def user(content=PROMPT):
    return {"role": "user", "content": content}


def outcome(answer):
    choice = answer.choices[0]
    usage = answer.usage
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "input": usage and usage.prompt_tokens,
        "output": usage and usage.completion_tokens,
    }


def ask(model, key=None):
    chosen = client if key is None else client_with(key)
    return outcome(chosen.chat.completions.create(model=model, messages=[user()]))


def stream():
    pieces = 0
    options = {"include_usage": True}
    with client.chat.completions.stream(model=PREFIX + "echo", messages=[user()], stream_options=options) as events:
        for event in events:
            if event.type == "content.delta":
                pieces += 1
        answer = events.get_final_completion()
    return {**outcome(answer), "pieces": pieces}


def complete(streamed, **body):
    if not streamed:
        return client.chat.completions.create(**body)
    with client.chat.completions.stream(**body) as events:
        events.until_done()
        return events.get_final_completion()


def replay(message):
    """The whole message with everything the SDK does not know, as programs send it back."""
    kept = message.model_dump(exclude_none=True)
    kept.pop("parsed", None)
    for call in kept.get("tool_calls", []):
        call["function"].pop("parsed_arguments", None)
    return kept


def results(message):
    return [
        {"role": "tool", "tool_call_id": call.id, "content": lookup(json.loads(call.function.arguments))}
        for call in message.tool_calls
    ]


def tools(streamed):
    messages = [{"role": "system", "content": "Be exact."}, user()]
    while True:
        answer = complete(streamed, model=PREFIX + "tool-loop-3", messages=messages, tools=TOOLS)
        message = answer.choices[0].message
        if answer.choices[0].finish_reason != "tool_calls":
            return outcome(answer)
        messages += [replay(message), *results(message)]


def image():
    url = "data:image/png;base64," + TARGET["png"]
    content = [{"type": "text", "text": "what is this?"}, {"type": "image_url", "image_url": {"url": url}}]
    return outcome(client.chat.completions.create(model=PREFIX + "image", messages=[user(content)]))


def structured():
    answer = client.chat.completions.parse(model=PREFIX + "structured", messages=[user()], response_format=Person)
    return {"parsed": answer.choices[0].message.parsed.model_dump()}


def thinking(model, streamed):
    messages = [user()]
    body = {"model": model, "messages": messages, "tools": TOOLS, "reasoning_effort": "medium"}
    first = complete(streamed, **body).choices[0].message
    messages += [replay(first), *results(first)]
    second = complete(streamed, **body)
    return {**outcome(second), "thinking": getattr(first, "reasoning_content", "")}


def broken_stream():
    text, pieces = "", 0
    try:
        for chunk in client.chat.completions.create(model=PREFIX + "error-mid-stream", messages=[user()], stream=True):
            piece = (chunk.choices and chunk.choices[0].delta.content) or ""
            text += piece
            pieces += piece != ""
        return {"text": text, "pieces": pieces}
    except Exception as error:
        return {"text": text, "pieces": pieces, "error": caught(error)}


def abort():
    chunks = client.chat.completions.create(model=PREFIX + "lorem-500-10ms", messages=[user()], stream=True)
    pieces = 0
    for chunk in chunks:
        pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        if pieces == 5:
            break
    chunks.close()
    return {"pieces": pieces}


run(
    {
        "plain": lambda: ask(PREFIX + "echo"),
        "stream": stream,
        "tools": lambda: tools(False),
        "tools-stream": lambda: tools(True),
        "image": image,
        "structured": structured,
        "thinking": lambda: thinking(TARGET["thinkingModel"], False),
        "thinking-stream": lambda: thinking(TARGET["thinkingModel"], True),
        "thinking-sealed": lambda: {},
        "error-401": lambda: ask(PREFIX + "echo", "tg-wrong-0123456789"),
        "error-404": lambda: ask(TARGET["missingModel"]),
        "error-429": lambda: ask(PREFIX + "error-429"),
        "error-mid-stream": broken_stream,
        "abort": abort,
    }
)

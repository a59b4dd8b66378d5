"""The scenarios by the official Anthropic SDK for Python."""

from typing import List

import anthropic
from pydantic import BaseModel
from scenarios import PROMPT, SCHEMA, caught, lookup, run, target

TARGET = target()
PREFIX = TARGET["prefix"]
TOOLS = [{"name": "lookup", "description": "Counts the people of a city.", "input_schema": SCHEMA}]


class Person(BaseModel):
    name: str
    age: int
    tags: List[str]


def client_with(key):
    return anthropic.Anthropic(base_url=TARGET["url"], api_key=key, max_retries=0)


client = client_with(TARGET["key"])


def user(content=PROMPT):
    return {"role": "user", "content": content}


def outcome(answer):
    return {
        "text": "".join(block.text for block in answer.content if block.type == "text"),
        "finish": answer.stop_reason,
        "input": answer.usage.input_tokens,
        "output": answer.usage.output_tokens,
    }


def ask(model, key=None):
    chosen = client if key is None else client_with(key)
    return outcome(chosen.messages.create(model=model, max_tokens=1000, messages=[user()]))


def stream():
    with client.messages.stream(model=PREFIX + "echo", max_tokens=1000, messages=[user()]) as events:
        pieces = sum(1 for _ in events.text_stream)
        return {**outcome(events.get_final_message()), "pieces": pieces}


def complete(streamed, **body):
    if not streamed:
        return client.messages.create(**body)
    with client.messages.stream(**body) as events:
        return events.get_final_message()


def results(answer):
    calls = [block for block in answer.content if block.type == "tool_use"]
    return user([{"type": "tool_result", "tool_use_id": call.id, "content": lookup(call.input)} for call in calls])


def tools(streamed):
    messages = [user()]
    body = {"model": PREFIX + "tool-loop-3", "max_tokens": 1000, "system": "Be exact.", "tools": TOOLS}
    while True:
        answer = complete(streamed, messages=messages, **body)
        if answer.stop_reason != "tool_use":
            return outcome(answer)
        messages += [{"role": "assistant", "content": answer.content}, results(answer)]


def image():
    source = {"type": "base64", "media_type": "image/png", "data": TARGET["png"]}
    content = [{"type": "image", "source": source}, {"type": "text", "text": "what is this?"}]
    return outcome(client.messages.create(model=PREFIX + "image", max_tokens=1000, messages=[user(content)]))


def structured():
    model = PREFIX + "structured"
    answer = client.messages.parse(model=model, max_tokens=1000, messages=[user()], output_format=Person)
    return {"parsed": answer.parsed_output.model_dump()}


def thinking(model, streamed):
    messages = [user()]
    config = {"type": "enabled", "budget_tokens": 2000}
    body = {"model": model, "max_tokens": 4000, "thinking": config, "tools": TOOLS}
    first = complete(streamed, messages=messages, **body)
    messages += [{"role": "assistant", "content": first.content}, results(first)]
    second = complete(streamed, messages=messages, **body)
    shown = "".join(block.thinking for block in first.content if block.type == "thinking")
    return {**outcome(second), "thinking": shown}


def broken_stream():
    text, pieces = "", 0
    body = {"model": PREFIX + "error-mid-stream", "max_tokens": 1000, "messages": [user()]}
    try:
        for event in client.messages.create(stream=True, **body):
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                text += event.delta.text
                pieces += 1
        return {"text": text, "pieces": pieces}
    except Exception as error:
        return {"text": text, "pieces": pieces, "error": caught(error)}


def abort():
    body = {"model": PREFIX + "lorem-500-10ms", "max_tokens": 1000, "messages": [user()]}
    events = client.messages.create(stream=True, **body)
    pieces = 0
    for event in events:
        pieces += event.type == "content_block_delta"
        if pieces == 5:
            break
    events.close()
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
        "thinking-sealed": lambda: thinking(TARGET["sealedModel"], True) if TARGET["sealedModel"] else {},
        "error-401": lambda: ask(PREFIX + "echo", "tg-wrong-0123456789"),
        "error-404": lambda: ask(TARGET["missingModel"]),
        "error-429": lambda: ask(PREFIX + "error-429"),
        "error-mid-stream": broken_stream,
        "abort": abort,
    }
)

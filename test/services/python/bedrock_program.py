"""The scenarios by boto3, the official AWS SDK for Python."""

import json
import os

import boto3
from botocore.config import Config
from scenarios import PROMPT, SCHEMA, caught, lookup, run, target

TARGET = target()
TOOLS = {"tools": [{"toolSpec": {"name": "lookup", "description": "Counts people.", "inputSchema": {"json": SCHEMA}}}]}


def client_with(token=None, **credentials):
    """The token is where AWS's own page says, in the environment; boto3 sends it over TLS only."""
    os.environ.pop("AWS_BEARER_TOKEN_BEDROCK", None)
    if token is not None:
        os.environ["AWS_BEARER_TOKEN_BEDROCK"] = token
    url = TARGET["url"] if token is None else TARGET["url"].replace("http:", "https:")
    config = Config(retries={"total_max_attempts": 1}, read_timeout=60)
    return boto3.Session().client(
        "bedrock-runtime",
        endpoint_url=url,
        verify=TARGET["certificate"],
        region_name="us-east-1",
        config=config,
        **credentials,
    )


client = client_with(TARGET["key"])


def user(*content):
    return {"role": "user", "content": list(content) or [{"text": PROMPT}]}


def outcome(message, stop, usage):
    return {
        "text": "".join(block["text"] for block in message["content"] if "text" in block),
        "finish": stop,
        "input": usage["inputTokens"],
        "output": usage["outputTokens"],
    }


def ask(model, chosen=client):
    answer = chosen.converse(modelId=model, messages=[user()])
    return outcome(answer["output"]["message"], answer["stopReason"], answer["usage"])


def gather(**body):
    """A stream put together again, with the number of its text pieces."""
    blocks, stop, usage, pieces = {}, None, None, 0
    for event in client.converse_stream(**body)["stream"]:
        [(kind, value)] = event.items()
        if kind == "contentBlockStart":
            blocks[value["contentBlockIndex"]] = {"toolUse": {**value["start"]["toolUse"], "input": ""}}
        elif kind == "contentBlockDelta":
            delta, index = value["delta"], value["contentBlockIndex"]
            if "text" in delta:
                blocks.setdefault(index, {"text": ""})["text"] += delta["text"]
                pieces += 1
            elif "toolUse" in delta:
                blocks[index]["toolUse"]["input"] += delta["toolUse"]["input"]
        elif kind == "messageStop":
            stop = value["stopReason"]
        elif kind == "metadata":
            usage = value["usage"]
    content = [blocks[index] for index in sorted(blocks)]
    for block in content:
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"])
    return {"role": "assistant", "content": content}, stop, usage, pieces


def stream(model):
    message, stop, usage, pieces = gather(modelId=model, messages=[user()])
    return {**outcome(message, stop, usage), "pieces": pieces}


def complete(streamed, **body):
    if streamed:
        return gather(**body)[:3]
    answer = client.converse(**body)
    return answer["output"]["message"], answer["stopReason"], answer["usage"]


def results(message):
    calls = [block["toolUse"] for block in message["content"] if "toolUse" in block]
    return user(
        *({"toolResult": {"toolUseId": call["toolUseId"], "content": [{"text": lookup(call["input"])}]}} for call in calls)
    )


def tools(streamed):
    messages = [user()]
    body = {"modelId": TARGET["prefix"] + "tool-loop-3", "system": [{"text": "Be exact."}], "toolConfig": TOOLS}
    while True:
        message, stop, usage = complete(streamed, messages=messages, **body)
        if stop != "tool_use":
            return outcome(message, stop, usage)
        messages += [message, results(message)]


def broken_stream():
    text, pieces = "", 0
    try:
        body = {"modelId": TARGET["prefix"] + "error-mid-stream", "messages": [user()]}
        for event in client.converse_stream(**body)["stream"]:
            piece = event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
            text += piece
            pieces += piece != ""
        return {"text": text, "pieces": pieces}
    except Exception as error:
        return {"text": text, "pieces": pieces, "error": failure(error)}


def failure(error):
    """Bedrock's errors are told apart by their code; those of a stream have no status."""
    said = getattr(error, "response", {})
    status = said.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return {**caught(error), "code": said.get("Error", {}).get("Code"), "status": status}


def refused(program):
    try:
        return program()
    except Exception as error:
        return {"error": failure(error)}


PREFIX = TARGET["prefix"]
run(
    {
        "plain": lambda: ask(PREFIX + "echo"),
        "stream": lambda: stream(PREFIX + "echo"),
        "tools": lambda: tools(False),
        "tools-stream": lambda: tools(True),
        "idle": lambda: stream(PREFIX + "idle"),
        "error-404": lambda: refused(lambda: ask("nowhere/nothing")),
        "error-429": lambda: refused(lambda: ask(PREFIX + "error-429")),
        "error-mid-stream": broken_stream,
        "error-401": lambda: refused(lambda: ask(PREFIX + "echo", client_with("tg-wrong-0123456789"))),
        "access-key": lambda: ask(
            PREFIX + "echo", client_with(aws_access_key_id=TARGET["key"], aws_secret_access_key="anything")
        ),
    }
)

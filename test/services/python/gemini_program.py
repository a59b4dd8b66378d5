"""The scenarios by google-genai, the official Gemini SDK for Python."""

from google import genai
from google.genai import types
from scenarios import PROMPT, SCHEMA, caught, lookup, run, target

TARGET = target()
PREFIX = TARGET["prefix"]
TOOLS = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(name="lookup", description="Counts people.", parameters_json_schema=SCHEMA)
    ]
)


def client_with(key):
    options = types.HttpOptions(base_url=TARGET["url"], retry_options=types.HttpRetryOptions(attempts=1))
    return genai.Client(api_key=key, http_options=options)


client = client_with(TARGET["key"])


def user(*parts):
    return types.Content(role="user", parts=list(parts) or [types.Part(text=PROMPT)])


def texts(answer):
    parts = answer.candidates[0].content.parts if answer.candidates and answer.candidates[0].content else None
    return [part.text for part in parts or [] if part.text]


def outcome(answer):
    usage = answer.usage_metadata
    return {
        "text": "".join(texts(answer)),
        "finish": answer.candidates[0].finish_reason.value,
        "input": usage.prompt_token_count,
        "output": usage.candidates_token_count,
    }


def ask(model, chosen=client):
    return outcome(chosen.models.generate_content(model=model, contents=[user()]))


def stream(model):
    text, pieces, last, empty = "", 0, None, 0
    for chunk in client.models.generate_content_stream(model=model, contents=[user()]):
        said = texts(chunk)
        text += "".join(said)
        pieces += len(said)
        # A keepalive that was taken for a chunk would be one without anything in it.
        empty += not chunk.candidates and not chunk.usage_metadata
        last = chunk
    return {**outcome(last), "text": text, "pieces": pieces, "empty": empty}


def complete(streamed, **body):
    """The parts of an answer, and the answer that ended it."""
    if not streamed:
        answer = client.models.generate_content(**body)
        return answer.candidates[0].content.parts, answer
    parts, last = [], None
    for chunk in client.models.generate_content_stream(**body):
        content = chunk.candidates and chunk.candidates[0].content
        parts += (content and content.parts) or []
        last = chunk
    return parts, last


def results(calls):
    return user(
        *(
            types.Part(
                function_response=types.FunctionResponse(
                    id=call.id, name=call.name, response={"output": lookup(call.args)}
                )
            )
            for call in calls
        )
    )


def tools(streamed):
    contents = [user()]
    config = types.GenerateContentConfig(
        system_instruction="Be exact.",
        tools=[TOOLS],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    while True:
        parts, last = complete(streamed, model=PREFIX + "tool-loop-3", contents=contents, config=config)
        calls = [part.function_call for part in parts if part.function_call]
        if not calls:
            return {"text": "".join(part.text or "" for part in parts), "finish": outcome(last)["finish"]}
        contents += [types.Content(role="model", parts=parts), results(calls)]


def count():
    return {"input": client.models.count_tokens(model=PREFIX + "echo", contents=[user()]).total_tokens}


def failure(error):
    return {**caught(error), "code": getattr(error, "status", None), "status": getattr(error, "code", None)}


def refused(program):
    try:
        return program()
    except Exception as error:
        return {"error": failure(error)}


def broken_stream():
    text, pieces = "", 0
    try:
        for chunk in client.models.generate_content_stream(model=PREFIX + "error-mid-stream", contents=[user()]):
            said = texts(chunk)
            text += "".join(said)
            pieces += len(said)
        return {"text": text, "pieces": pieces}
    except Exception as error:
        return {"text": text, "pieces": pieces, "error": failure(error)}


run(
    {
        "plain": lambda: ask(PREFIX + "echo"),
        "stream": lambda: stream(PREFIX + "echo"),
        "tools": lambda: tools(False),
        "tools-stream": lambda: tools(True),
        "idle": lambda: stream(PREFIX + "idle"),
        "count": count,
        "error-401": lambda: refused(lambda: ask(PREFIX + "echo", client_with("tg-wrong-0123456789"))),
        "error-404": lambda: refused(lambda: ask("nowhere/nothing")),
        "error-429": lambda: refused(lambda: ask(PREFIX + "error-429")),
        "error-mid-stream": broken_stream,
    }
)

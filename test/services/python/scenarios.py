"""Runs scenarios one after the other and prints what came of them as one JSON object."""

import json
import sys

PROMPT = 'Grüße 😀 from "here"'
SCHEMA = {
    "type": "object",
    "properties": {"step": {"type": "integer"}, "city": {"type": "string"}},
    "required": ["step", "city"],
}


def target():
    """Where to send requests: the first argument, as JSON (see SdkTarget)."""
    return json.loads(sys.argv[1])


def lookup(args):
    return f"{args.get('city')} has {1000 + args['step']} people"


def caught(error):
    """An SDK's error by its class, as a program would tell errors apart."""
    return {"name": type(error).__name__, "status": getattr(error, "status_code", None), "message": str(error)}


def run(programs):
    outcomes = {}
    for name, program in programs.items():
        try:
            outcomes[name] = program()
        except Exception as error:
            outcomes[name] = {"error": caught(error)}
    print(json.dumps(outcomes))

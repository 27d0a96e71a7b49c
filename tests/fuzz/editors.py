"""Sessions of an editor with the language server: edits, questions anywhere, and messages no client should send."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any, Final

from tests.fuzz import seeds, texts, trees, values
from tests.fuzz.case import Case, raw
from tests.fuzz.promises import holds
from vcluster_config.lsp.protocol import Message, read
from vcluster_config.lsp.server import Server

if TYPE_CHECKING:
    from random import Random

_URI: Final = "file:///vcluster.yaml"
_INTERNAL_ERROR: Final = -32603
_QUESTIONS: Final = ("textDocument/hover", "textDocument/completion", "textDocument/codeAction")
_OTHERS: Final = (
    "initialized",
    "shutdown",
    "$/cancelRequest",
    "textDocument/didSave",
    "textDocument/didClose",
    "x",
    "",
)


def make(random: Random) -> tuple[str, ...]:
    """Bodies of messages; the last part says where the stream of bytes is damaged, if at all."""
    encodings = {"general": {"positionEncodings": random.choice((["utf-16"], ["utf-32"], []))}}
    session: list[Any] = [_message("initialize", {"capabilities": encodings}, 0)]
    text = _text(random)
    session.append(_message("textDocument/didOpen", {"textDocument": {"uri": _URI, "text": text}}))
    session += [_any(random, number, text) for number in range(1, random.choice((2, 4, 8)))]
    damage = str(random.randrange(1000)) if random.random() < 0.1 else ""
    return (*(body if isinstance(body, str) else json.dumps(body) for body in session), damage)


def _text(random: Random) -> str:
    text = random.choice(seeds.texts()) if random.random() < 0.5 else trees.written(random, trees.built(random))
    return texts.damage(random, text) if random.random() < 0.5 else text


def _message(method: str, params: Any, number: int | None = None) -> Message:
    message = {"jsonrpc": "2.0", "method": method, "params": params}
    return message if number is None else {**message, "id": number}


def _any(random: Random, number: int, text: str) -> Any:
    chance = random.random()
    if chance < 0.25:
        changes = [{"text": texts.damage(random, text)} for _ in range(random.choice((1, 1, 2)))]
        return _message("textDocument/didChange", {"textDocument": {"uri": _URI}, "contentChanges": changes})
    if chance < 0.75:
        return _message(random.choice(_QUESTIONS), _place(random, text), number)
    if chance < 0.85:
        return _message(random.choice(_OTHERS), values.anything(random), random.choice((number, None)))
    return _malformed(random, number, text)


def _place(random: Random, text: str) -> Message:
    lines = text.count("\n") + 1
    start = {"line": random.randrange(lines + 2), "character": random.choice((0, 2, 5, 9, 40, 10**9))}
    end = {"line": start["line"] + random.choice((0, 0, 3, 10**9)), "character": 0}
    return {"textDocument": {"uri": _URI}, "position": start, "range": {"start": start, "end": end}, "context": {}}


def _malformed(random: Random, number: int, text: str) -> Any:
    message: Any = _message(
        random.choice((*_QUESTIONS, "textDocument/didOpen", "textDocument/didChange", "initialize")), {}
    )
    message["params"] = random.choice(
        (_place(random, text), values.anything(random), {"textDocument": {}}, {"textDocument": 1})
    )
    if random.random() < 0.5:
        message["id"] = random.choice((number, "a", None, 1.5, [1]))
    holder = random.choice((message, message["params"]))
    if isinstance(holder, dict) and holder:
        holder[random.choice(list(holder))] = random.choice((values.anything(random), -1, [], {}, None))
    body = json.dumps(message)
    return (
        texts.damage(random, body)
        if random.random() < 0.3
        else random.choice((body, body, f"[{body}]", "1", '"a"', "null"))
    )


def run(case: Case) -> str:
    """Serve the whole session; every request is answered once, and no answer is a mistake of ours."""
    *bodies, damage = case.parts
    stream = b"".join(b"Content-Length: %d\r\n\r\n" % len(raw(body)) + raw(body) for body in bodies)
    if damage:
        at = int(damage) * len(stream) // 1000
        stream = stream[:at] + stream[at + 1 :]
    target = io.BytesIO()
    Server(io.BytesIO(stream), target).run()
    target.seek(0)
    answers = list(iter(lambda: read(target), None))
    for answer in answers:
        code = answer.get("error", {}).get("code")
        holds("no answer is an internal error", code != _INTERNAL_ERROR, json.dumps(answer)[:300])
        holds("no answer is an internal error", answer.get("method") != "window/logMessage", json.dumps(answer)[:300])
        _ranges(answer)
    if not damage:
        asked = [number for body in bodies for number in _requests(body)]
        answered = [answer["id"] for answer in answers if "method" not in answer and _is_number(answer["id"])]
        stopped = any('"exit"' in body for body in bodies)
        holds("every request is answered once", stopped or asked == answered, f"{asked} {answered}")
    return f"{len(bodies)} messages"


def _requests(body: str) -> list[Any]:
    try:
        message = json.loads(raw(body))
    except (ValueError, RecursionError):
        return []
    asked = isinstance(message, dict) and isinstance(message.get("method"), str) and message["method"]
    number = message.get("id") if asked else None
    return [number] if _is_number(number) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _ranges(value: Any) -> None:
    """No range ends before it starts or before the text."""
    if isinstance(value, dict):
        if "start" in value and "end" in value:
            start, end = ((value[name]["line"], value[name]["character"]) for name in ("start", "end"))
            holds("a range is one", (0, 0) <= start <= end and start[1] >= 0 and end[1] >= 0, f"{start} {end}")
        for item in value.values():
            _ranges(item)
    elif isinstance(value, list):
        for item in value:
            _ranges(item)

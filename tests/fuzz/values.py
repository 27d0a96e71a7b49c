"""Values for settings: such as fit, such as just miss, and such as nobody expects."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from tests.fuzz.seeds import SECRET
from tests.unit.config.flipping import flipped, leaves
from vcluster_config.model.kubernetes import choices_of, types
from vcluster_config.model.shape import Form, Place, Shape
from vcluster_config.model.values import ValueType, auto_bool

if TYPE_CHECKING:
    from random import Random

_NEAR: Final[dict[str, tuple[Any, ...]]] = {
    "quantity": (
        *("0", "-1", "1.5Gi", ".5", "1.", "1e3", "1E400", "1e-9999999", "1Gib", "1 Gi", "gi", "+5m", "1ki"),
        0,
        1.5,
        -1,
        2**70,
    ),
    "cidr": (
        "10.0.0.0/33",
        "10.0.0.1/8",
        "::/0",
        "::/129",
        "0.0.0.0/0",
        "10.0.0/8",
        "fd00::/108",
        "1.2.3.4/08",
        "::1/",
    ),
    "ip": ("::", "1.2.3", "1.2.3.256", "::ffff:1.2.3.4", "fe80::1%eth0", "01.2.3.4"),
    "duration": ("0", "-1h", "1h1h", "1.5h", ".5s", "1d", "1", "1µs", "99999999999h", "h", 5),
    "cron": (
        "* * * * *",
        "60 * * * *",
        "*/0 * * * *",
        "@daily",
        "0 20 * * 1-5 *",
        "0 0 31 2 *",
        "5-1 * * * *",
        "* * * *",
    ),
    "timezone": ("UTC", "Europe/Berlin", "Europe/Atlantis", "../etc/passwd", "/etc/localtime", "America", "", "GMT+1"),
    "dns-label": ("a", "a-", "-a", "A", "a" * 63, "a" * 64, "a.b", "0", 7),
    "dns-name": ("a.b", "a..b", ".a", "a" * 253, "a." * 127, "a_b"),
    "host-name": ("*.a.b", "*", "a.*.b", "a.b.", "A.b"),
    "url": (
        "https://",
        "http://a",
        "https://[::1]:1/x",
        "ftp://a",
        f"https://u:{SECRET}@a/b",
        "https://a b",
        "https://a:99999",
    ),
    "host-port": ("a:1", "a:0", "a:65536", "a", "[::1]:1", "a:1,b:2", "a:1,", "https://a:2379"),
    "tag": (
        "v1.36.0",
        "1.36",
        "latest",
        "v1.36.0@sha256:" + "0" * 64,
        "-",
        "a" * 128,
        "a" * 129,
        1.36,
        "v1.99.0",
        "v0.1.0",
    ),
    "image": ("a", "a:b", "a/b:c@sha256:" + "0" * 64, "A:b", ":b", "a::b", "localhost:5000/a", "ghcr.io/a/b:v1"),
    "version": (
        "v1.36.0",
        "1.36.0",
        "v1.36",
        "1",
        "v1.29.99",
        "v9.9.9",
        "v1.36.0+k3s1",
        "v1.36.0-rc.1",
        1.36,
        "v1.1000000",
    ),
    "data-source": (
        *(
            f"mysql://u:{SECRET}@tcp(db:3306)/x",
            f"postgres://u:{SECRET}@db/x",
            f"postgres://u:{SECRET}@[::1]:5432/x?a=b",
        ),
        *(
            f"http://u:{SECRET}@db",
            f"mysql://u:{SECRET}@db",
            f"postgres://u:{SECRET}@db:port/x",
            "sqlite:///data",
            "nats://a",
        ),
    ),
    "service": ("a", "a/b", "a/b/c", "/a", "a/", "A/b"),
    "base64": ("", "AA==", "A", "====", "/+9", "Zm9v\n"),
    "label-key": ("a", "a/b", "a/b/c", "A/b", "/b", "kubernetes.io/x", "a" * 63, "a" * 64, "x y"),
    "label-value": ("", "a", "-a", "a" * 63, "a" * 64, "ä"),
    "crd-name": (
        "things.example.com",
        "things",
        "Things.example.com",
        "a.b",
        "things.example.com/v1",
        "a" * 300 + ".b",
    ),
    "count-or-percent": ("50%", "0%", "101%", "1.5%", "%", 1, 0, -1, "1"),
    "port": (0, 1, 65535, 65536, 99999, "http", "a" * 15, "a" * 16, "80", "0", -1),
}
_NUMBERS: Final = (
    0,
    1,
    -1,
    2,
    3,
    65535,
    65536,
    2**31 - 1,
    2**31,
    50_000_000,
    2**63,
    2**64,
    1.0,
    1.5,
    -0.0,
    1e300,
    float("inf"),
    float("nan"),
)
_WORDS: Final = (
    "",
    " ",
    "a",
    "yes",
    "no",
    "null",
    "~",
    "0644",
    "1.20",
    "true",
    "a: b",
    "a #b",
    "- a",
    "{a}",
    "ä",
    "\U0001f600",
)
_ODD: Final = (
    "\n",
    "a\nb\n",
    "\t",
    "\x00",
    "\x85",
    "\u2028",
    "@release@",
    "@namespace@",
    "$(POD_IP)",
    "{{ .x }}",
    "a" * 300,
    "*a",
)
_MANIFESTS: Final = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
    "apiVersion: v1\nkind: List\nitems: [{kind: Pod}]\n",
    "kind: ConfigMap\n",
    "a: [\n",
    "---\n---\n",
    "- a\n",
    "&a [*a]\n",
    "apiVersion: [1]\nkind: {}\nmetadata: 3\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 2024-01-01, namespace: 1}\ndata: {a: 1}\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: !!binary YQ==\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {1: yes, 2024-02-30: 1e400, b: 9999999999999999999}\n",
    "%YAML 1.3\n---\n{}\n",
)
_PLACES: Final = cache(lambda: tuple(leaves()))


def setting(random: Random) -> tuple[tuple[str | int, ...], Any]:
    """A setting with concrete keys, and a value for it."""
    place = random.choice(_PLACES())
    names = {"<key>": random.choice(("things.example.com", "default/web", "a", "x/*", "", "A b", "1")), "[]": 0}
    return tuple(names.get(step, step) for step in place.path), value(random, place)


def value(random: Random, place: Place) -> Any:
    """Mostly one of the right form."""
    chance = random.random()
    if chance < 0.25:
        return flipped(place)
    return _of(random, place.shape, place) if chance < 0.85 else anything(random)


def anything(random: Random, depth: int = 0) -> Any:
    """A value of any form."""
    chance = random.random()
    if depth < 3 and chance < 0.15:
        return [anything(random, depth + 1) for _ in range(random.randrange(4))]
    if depth < 3 and chance < 0.3:
        return {text(random): anything(random, depth + 1) for _ in range(random.randrange(4))}
    return random.choice((None, True, False, text(random), random.choice(_NUMBERS), random.choice(_NUMBERS)))


def text(random: Random) -> str:
    """A word or something odd."""
    chance = random.random()
    if chance < 0.7:
        return random.choice(_WORDS)
    return random.choice(_ODD) if chance < 0.95 else random.choice(_MANIFESTS)


def _of(random: Random, shape: Shape, place: Place) -> Any:
    if shape.kube is not None:
        return kubernetes(random, f"#{shape.kube.name}")
    if shape.form is Form.LIST and shape.item is not None:
        return [_of(random, shape.item, place) for _ in range(random.choice((0, 1, 1, 2, 3)))]
    if shape.form is Form.MAP and shape.item is not None:
        key = _near(random, shape.key) if shape.key is not None and random.random() < 0.5 else text(random)
        return {str(key): _of(random, shape.item, place)} if random.random() < 0.9 else {}
    return _scalar(random, shape, place) if shape.form is Form.VALUE else anything(random)


def _scalar(random: Random, shape: Shape, place: Place) -> Any:
    kind = shape.value
    if isinstance(kind, ValueType):
        return _near(random, kind)
    if kind is bool or kind is auto_bool:
        return random.choice((True, False, True, False, "true", "auto", "yes", 0, 1, "on"))
    if get_origin(kind) is Literal:
        word = random.choice(get_args(kind))
        return random.choice((word, word, word, word.upper(), word[:-1], word + " ", word.swapcase()))
    if kind is int:
        return random.choice((*_bounds(shape), *_NUMBERS, "1"))
    manifests = place.path[-1] in {"manifests", "overwriteManifests", "config", "overwriteConfig"}
    return random.choice(_MANIFESTS) if manifests and random.random() < 0.8 else text(random)


def _bounds(shape: Shape) -> list[int]:
    return [edge + step for edge in (shape.low, shape.high) if edge is not None for step in (-1, 0, 1)]


def _near(random: Random, kind: ValueType) -> Any:
    known = (*kind.examples, *kind.examples, *_NEAR.get(kind.name, ()))
    chosen = random.choice(known or _WORDS)
    if not isinstance(chosen, str) or not chosen or random.random() < 0.85:
        return chosen
    at = random.randrange(len(chosen))
    return chosen[:at] + random.choice(("", ".", "-", "/", ":", "A", "0", " ", "ä", "@", "%")) + chosen[at + 1 :]


def kubernetes(random: Random, kind: str, field: tuple[str, str] = ("", ""), depth: int = 0) -> Any:
    """A value of a Kubernetes type, with its required fields and some others."""
    if kind.startswith("#"):
        known = types()[kind[1:]]
        names = [name for name in known["fields"] if random.random() < (0.12 if depth else 0.3)] if depth < 4 else []
        chosen = dict.fromkeys([*(known["required"] if random.random() < 0.95 else ()), *names])
        return {name: kubernetes(random, known["fields"][name], (kind[1:], name), depth + 1) for name in chosen}
    if kind.startswith("[]"):
        return [kubernetes(random, kind[2:], field, depth + 1) for _ in range(random.choice((0, 1, 1, 2)))]
    if kind.startswith("{}"):
        return {random.choice(("a", "app", "cpu", "memory", "x/y", "")): kubernetes(random, kind[2:], field, depth + 1)}
    if field[0] and choices_of(*field) and random.random() < 0.9:
        return random.choice(choices_of(*field))
    return _plain(random, kind)


def _plain(random: Random, kind: str) -> Any:
    if random.random() < 0.05:
        return anything(random)
    if kind == "quantity":
        return random.choice(("1", "500m", "1Gi", 1, *_NEAR["quantity"]))
    if kind == "boolean":
        return random.choice((True, False))
    if kind in ("integer", "number"):
        return random.choice(_NUMBERS[:8])
    return random.choice((0, 80, "http", "50%")) if kind == "int-or-string" else text(random)

"""Sentences about keys: unknown, misplaced, of modes that are not built, empty."""

from vcluster_config.model.elsewhere import elsewhere
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Edit, Severity, Suggestion
from vcluster_config.source.document import Document
from vcluster_config.source.node import Entry, Mapping, Path, Scalar, dotted


def unknown(entry: Entry, path: Path, siblings: list[str]) -> Diagnostic:
    """A key that the section does not have."""
    shape = tuple("[]" if isinstance(step, int) else step for step in path)
    answer = elsewhere(shape)
    if answer is not None:
        return _of_another_mode(entry, path, answer.reason, answer.advice)
    parent = dotted(path[:-1])
    return Diagnostic(
        Code.UNKNOWN_KEY,
        Severity.ERROR,
        f"unknown key {entry.key} in {parent}" if parent else f"unknown key {entry.key} at the top level",
        entry.key_span,
        path=dotted(path),
        found=entry.key,
        suggestions=_guesses(entry, shape, siblings),
    )


def _guesses(entry: Entry, path: tuple[str, ...], siblings: list[str]) -> tuple[Suggestion, ...]:
    from vcluster_config.model.suggest import closest, other_places

    found = []
    near = closest(entry.key, siblings)
    if near is not None:
        edit = Edit(entry.key_span, near)
        found.append(Suggestion(f"did you mean {near}?", "unsafe", (edit,)))
    elsewhere_at = other_places(entry.key, path[:-1])
    if elsewhere_at:
        places = ", ".join(elsewhere_at)
        found.append(Suggestion(f"a key of this name exists at {places}; move it there if that is what you mean"))
    if not found:
        listed = ", ".join(sorted(siblings))
        found.append(Suggestion(f"known keys here: {listed}" if siblings else "no keys are known here"))
    return tuple(found)


def _of_another_mode(entry: Entry, path: Path, reason: str, advice: str) -> Diagnostic:
    off = _is_off(entry)
    return Diagnostic(
        Code.MODE_NOT_BUILT,
        Severity.WARNING if off else Severity.ERROR,
        f"{dotted(path)} {reason}",
        entry.key_span,
        path=dotted(path),
        found=entry.key,
        suggestions=(Suggestion(advice),),
    )


def _is_off(entry: Entry) -> bool:
    value = entry.value
    if isinstance(value, Mapping):
        enabled = value.get("enabled")
        return not value.entries or (
            enabled is not None and isinstance(enabled.value, Scalar) and enabled.value.value is False
        )
    return isinstance(value, Scalar) and value.value in (None, False, "")


def empty_section(entry: Entry, path: Path) -> Diagnostic:
    """A section without content, which would break a Helm chart and has no effect here."""
    return Diagnostic(
        Code.EMPTY_SECTION,
        Severity.WARNING,
        f"{dotted(path)} is empty, so all its defaults stay",
        entry.key_span,
        path=dotted(path),
        found="null",
        expected="a mapping",
        suggestions=(Suggestion("remove the key, or indent what belongs to it below it"),),
    )


def unknown_field(path: Path, kind: str, siblings: list[str], document: Document) -> Diagnostic:
    """A field that a Kubernetes type does not have."""
    from vcluster_config.model.suggest import closest

    key = str(path[-1])
    near = closest(key, siblings)
    span = document.key_span(path)
    if near is not None:
        suggestion = Suggestion(f"did you mean {near}?", "unsafe", (Edit(span, near),))
    else:
        suggestion = Suggestion(f"known fields here: {', '.join(siblings)}")
    return Diagnostic(
        Code.UNKNOWN_FIELD,
        Severity.ERROR,
        f"{key} is no field of Kubernetes' {kind}",
        span,
        path=dotted(path),
        found=key,
        suggestions=(suggestion,),
    )

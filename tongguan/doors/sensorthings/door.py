# SPDX-License-Identifier: Apache-2.0
"""The door itself, apart from HTTP: a question in, an answer out."""

from typing import Any, Final

from tongguan.doors.sensorthings import observations, telling, writing
from tongguan.doors.sensorthings.asking import READ, TELL, Answer, Ask
from tongguan.doors.sensorthings.entities import BY_NAME, BY_PLURAL
from tongguan.doors.sensorthings.options import Options, read
from tongguan.doors.sensorthings.reading import entity_shown, follow, next_link, page, self_link
from tongguan.doors.sensorthings.resources import Resource, no_such, resolve
from tongguan.kernel.frames import Frame

_CONFORMANCE: Final = tuple(
    f"http://www.opengis.net/spec/iot_sensing/1.1/req/{part}"
    for part in (
        "datamodel",
        "resource-path/resource-path-to-entities",
        "request-data",
        "create-update-delete",
        "batch-request",
        "data-array",
    )
)
_NO_CONTENT: Final = 204


def answer(ask: Ask) -> Answer:
    """Answer one question. Raises Refusal."""
    path = ask.path.strip("/")
    if not path:
        return _root(ask)
    if path == "CreateObservations" and ask.method == "POST":
        return telling.create_arrays(ask, ask.body)
    resource = resolve(path)
    if ask.method == "POST":
        return writing.create(ask, resource, ask.body)
    if ask.method in {"PATCH", "PUT"}:
        return writing.alter(ask, resource, ask.body, whole=ask.method == "PUT")
    if ask.method == "DELETE":
        return writing.remove(ask, resource)
    ask.need(READ)
    options = read(ask.told)
    if resource.last.entity.name == "Observation" or any(
        step.entity.name == "Observation" for step in resource.steps
    ):
        return _observations(ask, resource, options)
    return _entities(ask, resource, options)


def _root(ask: Ask) -> Answer:
    if not ask.scopes & {READ, TELL}:
        ask.need(READ)
    return Answer(
        {
            "value": [{"name": name, "url": f"{ask.root}/{name}"} for name in BY_PLURAL],
            "serverSettings": {"conformance": list(_CONFORMANCE)},
        }
    )


def _entities(ask: Ask, resource: Resource, options: Options) -> Answer:
    entity = resource.last.entity
    rows = follow(ask, resource.steps)
    if resource.single:
        row = rows.first()
        if row is None:
            raise no_such(ask.path)
        (body,) = entity_shown(ask, entity, [row], options)
        return _part(body, resource)
    if resource.attribute:
        raise no_such(ask.path)
    if len(resource.steps) > 1 and not follow(ask, resource.steps[:-1]).exists():
        raise no_such(ask.path)
    found = page(ask, entity, rows, options)
    if resource.ref:
        value: list[dict[str, Any]] = [
            {"@iot.selfLink": self_link(ask, entity, row.pk)} for row in found.rows
        ]
    else:
        value = entity_shown(ask, entity, found.rows, options)
    return Answer(_listing(ask, value, options, total=found.total, more=found.more))


def _listing(
    ask: Ask, value: list[Any], options: Options, *, total: int | None, more: bool
) -> dict[str, Any]:
    body: dict[str, Any] = {} if total is None else {"@iot.count": total}
    if more and options.limit:
        body["@iot.nextLink"] = next_link(ask, options)
    return body | {"value": value}


def _part(body: dict[str, Any], resource: Resource) -> Answer:
    """Give an attribute of an entity, or the entity."""
    if resource.ref:
        return Answer({"@iot.selfLink": body["@iot.selfLink"]})
    if not resource.attribute:
        return Answer(body)
    value: Any = body
    for name in resource.attribute:
        key = "@iot.id" if name == "id" else name
        value = value.get(key) if isinstance(value, dict) else None
    if value is None:
        return Answer(None, _NO_CONTENT)
    if resource.value:
        return Answer(value if isinstance(value, dict | list) else str(value), plain=True)
    return Answer({resource.attribute[-1]: value})


def _observations(ask: Ask, resource: Resource, options: Options) -> Answer:
    """Answer a path that leads to observations, or through one."""
    place = next(n for n, step in enumerate(resource.steps) if step.entity.name == "Observation")
    step, before, beyond = resource.steps[place], resource.steps[:place], resource.steps[place + 1 :]
    streams = _streams(ask, before)
    if step.id is not None:
        frame = observations.one(ask, step.id)
        if streams is not None and int(frame.stream[0]) not in streams:
            raise no_such(ask.path)
        if beyond:
            return _beyond(ask, resource, options, frame)
        (body,) = observations.observation_shown(ask, frame, options, entity_shown)
        return _part(body, resource)
    if streams is not None and not streams:
        return Answer(_listing(ask, [], options, total=0 if options.count else None, more=False))
    found = observations.page(ask, streams or [], options)
    value = observations.observation_shown(ask, found.frame, options, entity_shown)
    if options.form == "dataArray":
        value = _arrays(ask, found.frame, value)
    elif resource.ref:
        value = [{"@iot.selfLink": one["@iot.selfLink"]} for one in value]
    return Answer(_listing(ask, value, options, total=found.total, more=found.more))


def _streams(ask: Ask, before: tuple[Any, ...]) -> list[int] | None:
    """Give the streams whose observations a path means; None for all there are."""
    if not before:
        return None
    parent = follow(ask, before).first()
    if parent is None:
        raise no_such(ask.path)
    if before[-1].entity.name == "Datastream":
        return [parent.pk]
    return observations.streams_about(ask, parent.pk)


def _beyond(ask: Ask, resource: Resource, options: Options, frame: Frame) -> Answer:
    """Answer ``Observations('1-2')/Datastream/Thing`` from the observation's stream on."""
    place = next(n for n, step in enumerate(resource.steps) if step.entity.name == "Observation")
    first, *others = resource.steps[place + 1 :]
    number: int | None = int(frame.stream[0])
    if first.entity.name == "FeatureOfInterest":
        row = follow(ask, (_named("Datastream", number),)).first()
        number = observations.feature_of(row) if row is not None else None
    if number is None:
        raise no_such(ask.path)
    steps = (_named(first.entity.name, number), *others)
    return _entities(ask, Resource(steps, resource.attribute, resource.value, resource.ref), options)


def _named(name: str, number: int | None) -> Any:
    return resolve(f"{BY_NAME[name].plural}({number})").last


def _arrays(ask: Ask, frame: Frame, value: list[dict[str, Any]]) -> list[Any]:
    """Give observations as data arrays, one per stream."""
    names = ["@iot.id", "phenomenonTime", "resultTime", "result"]
    by: dict[int, list[Any]] = {}
    for stream, one in zip(frame.stream.tolist(), value, strict=True):
        by.setdefault(stream, []).append([one.get(name) for name in names])
    return [
        {
            "Datastream@iot.navigationLink": f"{ask.root}/Datastreams({stream})",
            "components": ["id", *names[1:]],
            "dataArray@iot.count": len(rows),
            "dataArray": rows,
        }
        for stream, rows in by.items()
    ]

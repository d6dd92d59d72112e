# SPDX-License-Identifier: Apache-2.0
"""Shapes shared by the APIs: strict inputs, problems, pages, receipts."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StrictBool


def _text_only(value: Any) -> Any:
    if value is not None and not isinstance(value, str | datetime):
        message = "must be text"
        raise ValueError(message)
    return value


#: An aware ISO 8601 time given as text.
Moment = Annotated[AwareDatetime, BeforeValidator(_text_only, json_schema_input_type=str)]
Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]
FileIds = Annotated[list[UUID], Field(max_length=20)]


class Told(Schema):
    """Base of inputs: unknown fields are refused, so that a typing mistake is seen."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)


def example(told: dict[str, Any] | None = None, **more: Any) -> ConfigDict:
    """Give the configuration of an input with its example in the OpenAPI file; a test reads each back."""
    return ConfigDict(json_schema_extra={"examples": [{**(told or {}), **more}]})


class FieldProblem(Schema):
    """One wrong field."""

    field: str
    pointer: str
    code: str
    detail: str


class Problem(Schema):
    """An answer that is no: RFC 9457 with a stable code."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:tongguan:problem:place.range",
                    "title": "内容有误",
                    "status": 422,
                    "detail": "超出 ±180 度",
                    "code": "place.range",
                    "field": "lon",
                    "errors": [
                        {"field": "lon", "pointer": "/lon", "code": "place.range", "detail": "超出 ±180 度"}
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str | None = None
    errors: list[FieldProblem] = []


class ReporterTold(Told):
    """Who tells; kept sealed and never part of a case."""

    name: str = Field("", max_length=60, examples=["钱女士"])
    phone: str = Field("", max_length=40, examples=["13800000000"])
    email: str = Field("", max_length=200)
    secret: StrictBool = Field(default=False, description="要求对被投诉方保密")


class ReportTold(Told):
    """One telling."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "source": "hotline",
                    "external_id": "12345-20260501-0001",
                    "text": "人民路 12 号门前路灯三天不亮",
                    "item_code": "01023",
                    "lon": 121.2031,
                    "lat": 31.0124,
                    "system": "GCJ02",
                    "address": "人民路 12 号",
                    "told_at": "2026-05-01T09:30:00+08:00",
                    "reporter": {"name": "钱女士", "phone": "13800000000", "secret": True},
                }
            ]
        },
    )

    source: str = Field("partner", min_length=1, max_length=40, description="来源：小写字母、数字和 . _ : -")
    external_id: str = Field("", max_length=200, description="来源系统的编号；同一来源同一编号是同一条上报")
    title: str = Field("", max_length=200)
    text: str = Field("", max_length=20_000)
    item_code: str = Field("", max_length=20, description="事项代码；留空则待人工归类")
    lon: Longitude | None = None
    lat: Latitude | None = None
    system: str = Field("WGS84", max_length=10, description="坐标系：WGS84、CGCS2000、GCJ02、BD09")
    address: str = Field("", max_length=300)
    division: str = Field("", max_length=12, description="区划代码，没有坐标时给出")
    grid: str = Field("", max_length=20)
    told_at: Moment | None = None
    reporter: ReporterTold | None = None
    attachments: FileIds = []

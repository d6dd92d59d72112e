# SPDX-License-Identifier: Apache-2.0
"""A door to ask, and the standard's own kind of entity."""

import json
from typing import Any
from urllib.parse import quote

from django.test import Client

ROOT = "/api/sensorthings/v1.1"
_SAFE = "/?=$&()',;:@"


class Door:
    """Asks with a token; gives decoded answers."""

    def __init__(self, token: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"authorization": f"Bearer {token}"}

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.client.get(f"{ROOT}/{quote(path, safe=_SAFE)}", headers=self.headers)
        assert answer.status_code == status, answer.content.decode()
        return answer.json() if answer.content else None

    def send(
        self, method: str, path: str, body: Any = None, status: int = 201, kind: str = "application/json"
    ) -> Any:
        answer = self.client.generic(
            method, f"{ROOT}/{path}", data=json.dumps(body), content_type=kind, headers=self.headers
        )
        assert answer.status_code == status, answer.content.decode()
        return answer

    def post(self, path: str, body: Any, status: int = 201) -> Any:
        answer = self.send("POST", path, body, status)
        return answer.json() if answer.content else None


def stream(**more: Any) -> dict[str, Any]:
    return {
        "name": "瓦斯浓度",
        "description": "datastream 1",
        "unitOfMeasurement": {
            "name": "Percent of LEL",
            "symbol": "%LEL",
            "definition": "http://unitsofmeasure.org/ucum.html#para-29",
        },
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "ObservedProperty": {
            "name": "Combustible gas",
            "definition": "http://www.example.org/gas",
            "description": "observedProperty 1",
        },
        "Sensor": {
            "name": "sensor 1",
            "description": "sensor 1",
            "encodingType": "application/pdf",
            "metadata": "http://example.org/sensor.pdf",
        },
        **more,
    }


def thing(**more: Any) -> dict[str, Any]:
    """An entity as deep as the standard's own example."""
    return {
        "name": "一号井",
        "description": "thing 1",
        "properties": {"code": "W-1", "reference": "first"},
        "Locations": [
            {
                "name": "location 1",
                "description": "location 1",
                "encodingType": "application/geo+json",
                "location": {"type": "Point", "coordinates": [121.005, 30.805]},
            }
        ],
        "Datastreams": [stream()],
        **more,
    }

# SPDX-License-Identifier: Apache-2.0
"""What replies tell the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class SurveyAnswered(Fact, frozen=True, kw_only=True):
    """A reporter of a case answered the survey, or answered it anew."""

    case_id: UUID

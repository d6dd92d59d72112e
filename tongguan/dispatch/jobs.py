# SPDX-License-Identifier: Apache-2.0
"""What dispatch does by time: tell what is due, end suspensions at their approved end."""

from pathlib import Path

from tongguan.dispatch import applications, clocks, reminders
from tongguan.messaging import spi as messages
from tongguan.runtime.spi import every

messages.add_templates(Path(__file__).parent / "texts.yaml")


@every(5, "dispatch.reminders")
def tell_due() -> int:
    """Tell every clock's rungs that have come."""
    return reminders.drain()


@every(30, "dispatch.resume")
def resume_due() -> int:
    """Take up the cases whose suspension ends."""
    return applications.resume_due()


@every(600, "dispatch.calendars")
def refresh_warned() -> int:
    """Set due times anew where a calendar has become known."""
    return clocks.refresh_warned()

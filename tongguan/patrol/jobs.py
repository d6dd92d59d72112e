# SPDX-License-Identifier: Apache-2.0
"""What field work does by time: photos go to cases that have come, old tracks go."""

from tongguan.dispatch.spi import positions
from tongguan.patrol import photos, tracks
from tongguan.runtime.spi import every

positions.register("patrol", tracks.last_seen)


@every(10, "patrol.photos")
def attach_waiting() -> int:
    """Give waiting photos to their cases."""
    return photos.attach_waiting()


@every(3600, "patrol.tracks")
def purge_tracks() -> int:
    """Delete tracks older than the city keeps them."""
    return tracks.purge()

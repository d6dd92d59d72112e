# SPDX-License-Identifier: Apache-2.0
"""Pictures for tests: made scenes with the spectrum of photos, and their files."""

import io

import numpy as np
from PIL import ExifTags, Image


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Give a picture whose waves are the weaker the shorter they are, as photos' are; one for each seed."""
    dice = np.random.default_rng(seed)
    width, height = size
    rows, columns = np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None, :] * width
    strength = 1.0 / np.maximum(np.hypot(rows, columns), 1.0)
    waves = strength * np.exp(2j * np.pi * dice.random(strength.shape))
    waves[0, 0] = 0.0
    grey = np.fft.irfft2(waves, (height, width))
    grey = np.clip(128 + 45 * grey / grey.std(), 0, 255)
    tint = dice.uniform(0.8, 1.0, 3)
    return Image.fromarray((grey[:, :, None] * tint).astype(np.uint8), "RGB")


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """Give a picture as the bytes of a JPEG file."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def from_camera(image: Image.Image, *, gps: bool = True) -> bytes:
    """Give a picture as a camera's JPEG: of 1 May 2026, 09:30, at 30.805 N 121.005 E unless told not."""
    exif, out = Image.Exif(), io.BytesIO()
    exif[ExifTags.IFD.Exif] = {ExifTags.Base.DateTimeOriginal: "2026:05:01 09:30:00"}
    if gps:
        exif[ExifTags.IFD.GPSInfo] = {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (30.0, 48.0, 18.0),
            ExifTags.GPS.GPSLongitudeRef: "E",
            ExifTags.GPS.GPSLongitude: (121.0, 0.0, 18.0),
        }
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()

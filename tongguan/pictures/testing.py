# SPDX-License-Identifier: Apache-2.0
"""Pictures for tests: made scenes with the spectrum of photos, and their files."""

import io

import numpy as np
from PIL import Image


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

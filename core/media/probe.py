"""Reads what a media file holds from its headers: streams, rates, rotation, start, warnings.

No sound is decoded, and of the picture only the first frame: PyAV tells a rotation nowhere else.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from core.domain.media import AudioStreamInfo, MediaInfo, VideoStreamInfo
from core.errors import MediaError
from core.media.container import SKIPPED_ERRORS, open_media, stream_at
from core.media.wholeness import is_cut_short

_US = Fraction(1, 1_000_000)
_NO_MOTION = Disposition.attached_pic | Disposition.still_image | Disposition.timed_thumbnails
_MAX_PACKETS_TO_FIRST_PICTURE = 300


def probe(path: Path) -> MediaInfo:
    """Return what `path` holds.

    Media time zero is the start of the earliest of the picture and all sound tracks. Where the
    container does not know its length, packets are counted, still without decoding.

    Raises:
        MediaError: missing, a folder, empty, not media, or neither picture nor sound inside.
    """
    with open_media(path) as container:
        video = next((s for s in container.streams.video if _is_moving(s)), None)
        audio = [s for s in container.streams.audio if _is_sounding(s)]
        if _is_still_picture(container) or (video is None and not audio):
            raise _nothing_inside(path, container)
        streams: list[Stream] = [*([video] if video else []), *audio]
        origin_s = min(_start_s(container, stream) for stream in streams)
        ends_s = _ends_s(path, container, streams)
        return MediaInfo(
            path=path,
            container=container.format.name,
            duration_s=max(float(end_s - origin_s) for end_s in ends_s.values()),
            origin_s=origin_s,
            size_bytes=path.stat().st_size,
            video=_video_info(path, container, video, origin_s, ends_s) if video else None,
            audio=tuple(_audio_info(container, s, origin_s, ends_s) for s in audio),
            warnings=_warnings(path, container),
        )


def _is_moving(stream: VideoStream) -> bool:
    """Whether it is a picture that moves, and not cover art or a thumbnail."""
    return not stream.disposition & _NO_MOTION and bool(stream.codec_context)


def _is_sounding(stream: AudioStream) -> bool:
    return bool(stream.codec_context) and stream.sample_rate > 0


def _is_still_picture(container: InputContainer) -> bool:
    """Whether FFmpeg took a photo, or a text for a terminal, for a video."""
    name = container.format.name
    return name.endswith("_pipe") or name in {"image2", "tty"}


def _nothing_inside(path: Path, container: InputContainer) -> MediaError:
    kinds = ", ".join(stream.type for stream in container.streams) or "nothing"
    return MediaError(
        f"{path} ({container.format.name}) holds no moving picture and no sound, but {kinds}",
        advice=f"“{path.name}” holds neither a video nor a sound. Open a clip that has one.",
    )


def _start_s(container: InputContainer, stream: Stream) -> Fraction:
    """Return the stream's start in the file's own time."""
    if stream.start_time is not None and stream.time_base:
        return Fraction(stream.start_time * stream.time_base)
    return (container.start_time or 0) * _US


def _ends_s(
    path: Path, container: InputContainer, streams: Sequence[Stream]
) -> Mapping[int, Fraction]:
    """Return by stream index where each stream ends in the file's own time."""
    ends_s: dict[int, Fraction] = {}
    for stream in streams:
        start_s = _start_s(container, stream)
        if stream.duration and stream.time_base:
            ends_s[stream.index] = start_s + stream.duration * stream.time_base
        elif container.duration and not _is_length_ambiguous(container):
            ends_s[stream.index] = ((container.start_time or 0) + container.duration) * _US
        else:
            ends_s[stream.index] = start_s + _counted_s(path, stream.index)
    return ends_s


def _is_length_ambiguous(container: InputContainer) -> bool:
    """Whether the length may count from zero although the file starts later: in Matroska."""
    return "matroska" in container.format.name and abs((container.start_time or 0) * _US) > 1


def _counted_s(path: Path, index: int) -> Fraction:
    """Return the length of a stream from its packets, for files that say nothing of it."""
    with open_media(path) as container:
        stream = stream_at(container, index)
        time_base = stream.time_base or _US
        last = first = None
        n_ticks = 0
        for packet in container.demux(stream):
            n_ticks += packet.duration or 0
            if packet.pts is not None:
                first = packet.pts if first is None else min(first, packet.pts)
                last = max(last or packet.pts, packet.pts + (packet.duration or 0))
        if first is not None and last is not None and last - first > n_ticks:
            n_ticks = last - first
        return n_ticks * time_base


def _audio_info(
    container: InputContainer,
    stream: AudioStream,
    origin_s: Fraction,
    ends_s: Mapping[int, Fraction],
) -> AudioStreamInfo:
    start_s = _start_s(container, stream)
    return AudioStreamInfo(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        sample_rate_hz=stream.sample_rate,
        n_channels=stream.channels,
        layout=_layout(stream),
        start_s=float(start_s - origin_s),
        duration_s=max(0.0, float(ends_s[stream.index] - start_s)),
        bits_per_sample=_bits_per_sample(stream),
        language=_language(stream),
        title=stream.metadata.get("title", ""),
    )


def _layout(stream: AudioStream) -> str:
    """Return the name of the layout; files that only count their channels mean the usual one."""
    name = stream.layout.name
    return {"1 channels": "mono", "2 channels": "stereo"}.get(name, name)


def _bits_per_sample(stream: AudioStream) -> int:
    """Return the bits of the stored samples, 0 for codecs that store none."""
    codec = stream.codec_context.codec.canonical_name
    if codec.startswith("pcm_"):
        return int("".join(filter(str.isdigit, codec)) or 8)  # A-law and µ-law have 8
    if codec in {"flac", "alac", "wavpack"} and stream.format:
        return 16 if stream.format.bits == 16 else 24
    return 0


def _language(stream: Stream) -> str:
    language = stream.metadata.get("language", "")
    return "" if language == "und" else language


def _video_info(
    path: Path,
    container: InputContainer,
    stream: VideoStream,
    origin_s: Fraction,
    ends_s: Mapping[int, Fraction],
) -> VideoStreamInfo:
    first = _first_picture(path, stream.index)
    rotation_deg = -round(first.rotation / 90) * 90 % 360 if first else 0
    aspect = stream.sample_aspect_ratio or Fraction(1)
    aspect = Fraction(aspect) if aspect > 0 else Fraction(1)
    width_px, height_px = (first.width, first.height) if first else (stream.width, stream.height)
    width_px = max(1, round(width_px * aspect))
    if rotation_deg in {90, 270}:
        width_px, height_px = height_px, width_px
    start_s = _start_s(container, stream)
    return VideoStreamInfo(
        index=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        width_px=width_px,
        height_px=height_px,
        time_base=Fraction(stream.time_base or _US),
        average_rate_hz=float(stream.average_rate or stream.guessed_rate or 0),
        start_s=float(start_s - origin_s),
        duration_s=max(0.0, float(ends_s[stream.index] - start_s)),
        rotation_deg=rotation_deg,
        sample_aspect=aspect,
        is_variable_rate=_is_variable_rate(stream),
        n_frames=stream.frames,
    )


def _is_variable_rate(stream: VideoStream) -> bool:
    """Guess from the headers; the pts table knows for certain.

    The average of a steady stream is its smallest step, or half of it where fields are counted.
    """
    average, smallest = stream.average_rate, stream.base_rate
    if not average or not smallest:
        return False
    return all(abs(float(average / smallest * n) - 1) > 0.01 for n in (1, 2))


def _first_picture(path: Path, index: int) -> VideoFrame | None:
    """Return the first frame that decodes, or None where none does within reason."""
    with open_media(path) as container:
        stream = stream_at(container, index)
        for count, packet in enumerate(container.demux(stream)):
            try:
                frames = packet.decode()
            except SKIPPED_ERRORS:
                frames = []
            for frame in frames:
                if isinstance(frame, VideoFrame):
                    return frame
            if count > _MAX_PACKETS_TO_FIRST_PICTURE:
                break
    return None


def _warnings(path: Path, container: InputContainer) -> tuple[str, ...]:
    """Return sentences for the person about what may surprise them."""
    warnings = []
    if is_cut_short(path):
        warnings.append("The file is cut short. It is played as far as it goes.")
    pictures = [stream for stream in container.streams.video if _is_moving(stream)]
    if len(pictures) > 1:
        warnings.append(f"The file holds {len(pictures)} pictures. The first one is shown.")
    return tuple(warnings)

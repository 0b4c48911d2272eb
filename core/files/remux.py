"""The clip with another sound: its picture packets copied as they are, nothing re-encoded.

Rotation, pixel aspect and variable frame times travel with the packets. The new sound lies where
it lay in the clip, to the sample (to the millisecond in Matroska, whose clock is that coarse).
"""

from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from core.domain.media import MediaInfo
from core.errors import ExportError
from core.files.sound_track import SoundTrack, VideoSound, choose_container
from core.files.video_file import container_suffix, written_video
from core.progress import CancelToken, Progress, Report

# Codec tags that tell players how the codec's headers are stored; "hev1" hides HEVC from Apple's.
_TAGS_WORTH_KEEPING = {"hvc1", "avc1", "av01"}


def video_suffix(media: MediaInfo, sound: VideoSound) -> tuple[str, str | None]:
    """Return the suffix of the video that `remux` writes, and a notice where it must differ."""
    return choose_container(container_suffix(media), sound.source)


def remux(
    media: MediaInfo, sound: VideoSound, path: Path, *, report: Report, cancel: CancelToken
) -> None:
    """Write the picture of `media` with `sound` to `path`, whose suffix is from `video_suffix`.

    Raises:
        ExportError: the clip has no picture, or the container refuses it.
        OSError: the disk is full or the file cannot be written.
        Cancelled: `path` then holds an unfinished file.
    """
    if media.video is None:
        raise ExportError(
            f"{media.path} has no picture",
            advice="This clip has no picture. Export the sound alone.",
        )
    with _opened(media.path) as clip, written_video(path) as video:
        _copy(media, clip, video, sound, path.suffix, report=report, cancel=cancel)


def _copy(  # noqa: PLR0913 - the two open files and what joins them
    media: MediaInfo,
    clip: InputContainer,
    video: OutputContainer,
    sound: VideoSound,
    suffix: str,
    *,
    report: Report,
    cancel: CancelToken,
) -> None:
    assert media.video is not None  # `remux` has looked
    source = clip.streams[media.video.index]
    assert isinstance(source, VideoStream)  # narrows PyAV's union
    time_base = source.time_base or media.video.time_base
    # Whole ticks only: a packet's time must stay exact. The sound takes up the rest.
    shift_pts = round(media.origin_s / time_base)
    picture = _copied_stream(video, source, suffix)
    video.metadata.update(_kept_metadata(clip))
    track = SoundTrack(video, suffix, sound, media.origin_s - shift_pts * time_base)
    for packet in clip.demux(source):
        cancel.raise_if_cancelled()
        if not _is_timed(packet):
            continue
        time_s = _shifted(packet, shift_pts) * time_base
        track.encode_until(float(time_s), cancel=cancel)
        packet.stream = picture
        video.mux_one(packet)
        done_s = min(max(float(time_s), 0.0), media.duration_s)
        report(Progress("Write", done_s, media.duration_s))
    track.finish(cancel=cancel)


def _copied_stream(video: OutputContainer, source: VideoStream, suffix: str) -> VideoStream:
    # Opaque: as it is described, without asking for an encoder. Some codecs have none here, and
    # others (AV1) have one of another name than their decoder.
    stream = video.add_stream_from_template(source, opaque=True)
    tag = source.codec_context.codec_tag
    if suffix in {".mp4", ".mov"} and tag in _TAGS_WORTH_KEEPING:
        stream.codec_context.codec_tag = tag
    return stream


def _is_timed(packet: "Packet[VideoStream]") -> bool:
    """Return whether there is something to copy; the last packet of a demuxer is an empty one."""
    if packet.pts is None:
        # AVI and raw streams without B-frames: shown in the order they are stored.
        packet.pts = packet.dts
    return packet.size > 0 and packet.pts is not None


def _shifted(packet: "Packet[VideoStream]", shift_pts: int) -> Fraction:
    """Move the packet and return its decoding time in ticks, by which files are interleaved."""
    assert packet.pts is not None  # `_is_timed` has looked
    packet.pts -= shift_pts
    if packet.dts is not None:
        packet.dts -= shift_pts
    return Fraction(packet.pts if packet.dts is None else packet.dts)


def _kept_metadata(clip: InputContainer) -> dict[str, str]:
    """Return title, date and the like, without what describes the old file's container."""
    dropped = {"encoder", "major_brand", "minor_version", "compatible_brands", "duration"}
    return {key: value for key, value in clip.metadata.items() if key.lower() not in dropped}


def _opened(path: Path) -> InputContainer:
    try:
        # The prefix keeps a colon in a name from being taken for a protocol.
        return av.open(
            f"file:{path.absolute()}",
            "r",
            options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError) as error:
        raise ExportError(
            f"cannot read {path} again: {error}",
            advice=f"“{path.name}” can no longer be read. Check that it is still in its place.",
        ) from error

"""Which size a checkpoint of DAVIS has, read off the shapes of its tensors.

Official checkpoints carry no configuration; a smaller or larger network in the same layout is known
by its shapes alone.
"""

from collections.abc import Mapping

from torch import Tensor

from core.nn.unet import UNetConfig

_UNET = "net_unet."
_FIRST_ALONG = f"{_UNET}downs.0.2.fn.attn_conv_"


def unet_config_of(tensors: Mapping[str, Tensor]) -> UNetConfig:
    """Return the configuration of a `DavisUNet` with these tensors.

    Raises:
        KeyError: there is too little to tell.
        ValueError: there is no such network.
    """
    width = tensors[f"{_UNET}init_conv.weight"].shape[0]
    n_levels = _count(tensors, f"{_UNET}downs.")
    ends = [_n_out(tensors, f"{_UNET}downs.{level}.3.") for level in range(n_levels)]
    if any(end % width for end in ends):
        raise ValueError(f"levels of {ends} channels are no multiples of {width}")
    n_heads = _count(tensors, f"{_FIRST_ALONG}Q_")
    _, per_bin, _, n_bins = tensors[f"{_FIRST_ALONG}Q_0.2.gamma"].shape
    n_last, n_joined = tensors[f"{_UNET}mid_block1.block1.proj.weight"].shape[:2]
    n_flowing = tensors[f"{_UNET}final_conv.weight"].shape[0]
    return UNetConfig(
        width=width,
        multipliers=tuple(end // width for end in ends),
        n_bins=n_bins,
        n_flowing=n_flowing,
        n_mixture=tensors[f"{_UNET}init_conv.weight"].shape[1] - n_flowing,
        prompt_dim=n_joined - n_last,
        n_heads=n_heads,
        head_dim=tensors[f"{_UNET}downs.0.1.fn.fn.to_qkv.weight"].shape[0] // (3 * n_heads),
        query_size=per_bin * n_bins,
    )


def transformer_size_of(tensors: Mapping[str, Tensor]) -> tuple[int, int]:
    """Return width and hidden width of a `TemporalTransformer`.

    Raises:
        KeyError: there is too little to tell.
        ValueError: there is no such network.
    """
    n_hidden, dim = tensors["temporal_transformer.encoder.layers.0.linear1.weight"].shape
    return dim, n_hidden


def _count(tensors: Mapping[str, Tensor], prefix: str) -> int:
    """Return how many things are numbered after `prefix`."""
    rest = (name.removeprefix(prefix) for name in tensors if name.startswith(prefix))
    return len({name.split(".")[0] for name in rest})


def _n_out(tensors: Mapping[str, Tensor], prefix: str) -> int:
    for name, value in tensors.items():
        if name.startswith(prefix) and name.endswith("weight"):
            return value.shape[0]
    raise KeyError(f"{prefix}*weight")

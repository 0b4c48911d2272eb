import torch
from torch.nn import functional as nnf

from core.nn.ddavs.decoder import Decoder, Sharing


def test_fusing_before_enlarging_is_fusing_after_it():
    decoder = Decoder((3, 4, 5, 6), width=8, dropout=0.1).eval()
    maps = [torch.randn(2, width, 16 >> n, 16 >> n) for n, width in enumerate((3, 4, 5, 6))]

    entered = [
        nnf.interpolate(enter(one), (16, 16), mode="bilinear", align_corners=False)
        for enter, one in zip(decoder.enter, maps, strict=True)
    ]
    weights = torch.cat([fuse.weight for fuse in decoder.fuse], 1)
    joined = nnf.conv2d(torch.cat(entered, 1), weights)

    torch.testing.assert_close(decoder(maps), nnf.relu(decoder.norm(joined)), atol=1e-5, rtol=1e-4)


def test_each_query_is_compared_with_each_pixel():
    shares = Sharing(6, 8)(torch.randn(2, 5, 6), torch.randn(2, 8, 4, 7))

    assert shares.shape == (2, 5, 4, 7)

import pytest
import torch


@pytest.fixture(autouse=True)
def _one_thread():
    """Tests run side by side; threads of torch that wait for each other would slow them all."""
    torch.set_num_threads(1)

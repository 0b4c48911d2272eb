"""Where installed models lie: one folder of the person's, with a folder in it for each model.

`SOLOIST_HOME` moves it along with everything else that the program keeps.
"""

import os
from pathlib import Path

import platformdirs

_APP_NAME = "soloist"


def models_folder() -> Path:
    """Return the folder models are installed in. It need not exist yet."""
    chosen = os.environ.get("SOLOIST_HOME", "").strip()
    if chosen:
        return Path(chosen).expanduser().absolute() / "data" / "models"
    return platformdirs.PlatformDirs(_APP_NAME, appauthor=False).user_data_path / "models"


def incoming_folder() -> Path:
    """Return where downloads wait until they are whole: beside the models, on the same disk."""
    return models_folder() / ".incoming"

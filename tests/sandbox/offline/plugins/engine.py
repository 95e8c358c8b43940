"""Plays the engine in tests: it calls a plugin over a real gRPC channel.

Values have the form of the recordings: "<unknown>" for an unknown, {"<secret>": v} for a secret.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

Values = dict[str, Any]
_KINDS = {number: name.lower() for name, number in pb.PropertyDiff.Kind.items()}


@dataclass(frozen=True)
class Diff:
    verdict: str
    """One of: none, update, replace."""
    diffs: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    detailed: dict[str, str] = field(default_factory=dict)
    """The kind of difference, by path."""


@dataclass(frozen=True)
class Engine:
    stub: Any

    @classmethod
    @contextmanager
    def attached(cls, attached: str) -> Iterator["Engine"]:
        """Attaches to one `<plugin>:<port>`, and configures it from the environment only."""
        with grpc.insecure_channel(f"127.0.0.1:{attached.partition(':')[2]}") as channel:
            engine = cls(provider_pb2_grpc.ResourceProviderStub(channel))
            engine.stub.Handshake(pb.ProviderHandshakeRequest(engine_address=""))
            engine.configure({})
            yield engine

    def configure(self, config: Values) -> list[str]:
        """Configures the plugin unless CheckConfig returns failures, whose reasons are returned."""
        checked = self.stub.CheckConfig(pb.CheckRequest(news=struct(config)))
        if not checked.failures:
            self.stub.Configure(pb.ConfigureRequest(args=checked.inputs))
        return [failure.reason for failure in checked.failures]

    def check(
        self, token: str, inputs: Values, olds: Values | None = None, name: str = "thing"
    ) -> tuple[Values, list[str]]:
        """Returns the checked inputs and the reasons of the failures."""
        request = pb.CheckRequest(
            urn=urn(token, name), olds=struct(olds or {}), news=struct(inputs), randomSeed=name.encode()
        )
        answer = self.stub.Check(request)
        return plain(answer.inputs), [failure.reason for failure in answer.failures]

    def diff(self, token: str, id: str, state: Values, olds: Values, inputs: Values, name: str = "thing") -> Diff:
        answer = self.stub.Diff(
            pb.DiffRequest(
                id=id, urn=urn(token, name), olds=struct(state), news=struct(inputs), old_inputs=struct(olds)
            )
        )
        some = answer.changes == pb.DiffResponse.DIFF_SOME
        return Diff(
            "replace" if answer.replaces else "update" if some else "none",
            sorted(answer.diffs),
            sorted(answer.replaces),
            {path: _KINDS[each.kind] for path, each in answer.detailedDiff.items()},
        )

    def create(self, token: str, inputs: Values, preview: bool = False, name: str = "thing") -> tuple[str, Values]:
        answer = self.stub.Create(pb.CreateRequest(urn=urn(token, name), properties=struct(inputs), preview=preview))
        return answer.id, plain(answer.properties)

    def read(
        self, token: str, id: str, inputs: Values, state: Values, name: str = "thing"
    ) -> tuple[str, Values, Values]:
        """Returns the id, which is empty if the resource doesn't exist, the inputs and the outputs."""
        answer = self.stub.Read(
            pb.ReadRequest(id=id, urn=urn(token, name), inputs=struct(inputs), properties=struct(state))
        )
        return answer.id, plain(answer.inputs), plain(answer.properties)

    def update(
        self,
        token: str,
        id: str,
        state: Values,
        olds: Values,
        inputs: Values,
        preview: bool = False,
        name: str = "thing",
    ) -> Values:
        request = pb.UpdateRequest(
            id=id,
            urn=urn(token, name),
            olds=struct(state),
            news=struct(inputs),
            old_inputs=struct(olds),
            preview=preview,
        )
        return plain(self.stub.Update(request).properties)

    def delete(self, token: str, id: str, inputs: Values, state: Values, name: str = "thing") -> None:
        self.stub.Delete(
            pb.DeleteRequest(id=id, urn=urn(token, name), properties=struct(state), old_inputs=struct(inputs))
        )

    def invoke(self, token: str, arguments: Values) -> tuple[Values, list[str]]:
        answer = self.stub.Invoke(pb.InvokeRequest(tok=token, args=struct(arguments)))
        return plain(getattr(answer, "return")), [failure.reason for failure in answer.failures]


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::lambda-images::{token}::{name}"


def struct(values: Mapping[str, Any]) -> Struct:
    return ParseDict(_to_wire(dict(values)), Struct())


def plain(message: Struct) -> Values:
    values: Values = _from_wire(MessageToDict(message))
    return values


def _to_wire(value: Any) -> Any:
    if value == "<unknown>":
        return rpc.UNKNOWN
    if isinstance(value, Mapping):
        if "<secret>" in value:
            return {rpc._special_sig_key: rpc._special_secret_sig, "value": _to_wire(value["<secret>"])}
        return {name: _to_wire(item) for name, item in value.items()}
    return [_to_wire(item) for item in value] if isinstance(value, list) else value


def _from_wire(value: Any) -> Any:
    if value == rpc.UNKNOWN:
        return "<unknown>"
    if isinstance(value, Mapping):
        if value.get(rpc._special_sig_key) == rpc._special_secret_sig:
            return {"<secret>": _from_wire(value["value"])}
        return {name: _from_wire(item) for name, item in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return [_from_wire(item) for item in value] if isinstance(value, list) else value

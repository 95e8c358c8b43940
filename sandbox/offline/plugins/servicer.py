"""The gRPC face of a provider: protobuf in, plain values to the handlers, protobuf out.

Implements the generated servicer itself: the SDK's experimental one lacks old inputs in Diff and Update, and puts
Python tracebacks into what users see.
"""

import functools
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from components.printable import printable
from sandbox.errors import machine_error
from sandbox.offline.plugins import messages
from sandbox.offline.plugins.engine_log import EngineLog, Log
from sandbox.offline.plugins.errors import HalfDone, Refused
from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.resource import Call, Resource
from sandbox.offline.plugins.values import Values, from_struct, to_struct

Rpc = Callable[["Servicer", Any, grpc.ServicerContext], Any]


def _answering(rpc: Rpc) -> Rpc:
    """Turn what a handler raises into a gRPC error: a refusal as it stands, a bug with its traceback in the log."""

    @functools.wraps(rpc)
    def answer(self: "Servicer", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return rpc(self, request, context)
        except HalfDone as half_done:
            context.set_trailing_metadata((("grpc-status-details-bin", messages.half_done_status(half_done)),))
            context.abort(grpc.StatusCode.UNKNOWN, str(half_done))
        except Refused as refused:
            context.abort(grpc.StatusCode.UNKNOWN, str(refused))
        except Exception as bug:
            if isinstance(bug, OSError) and (known := machine_error(bug, "the disk")):
                context.abort(grpc.StatusCode.UNKNOWN, str(known))
            what = f"{rpc.__name__} of {getattr(request, 'urn', '') or getattr(request, 'tok', '')}"
            self.logger.exception("bug in the local %s plugin: %s", self.provider.name, what)
            context.abort(
                grpc.StatusCode.INTERNAL,
                f"bug in the local {self.provider.name} plugin, in {what}: {type(bug).__name__}: {printable(bug)}",
            )

    return answer


class _NotOffered(provider_pb2_grpc.ResourceProviderServicer):
    """The RPCs that no local plugin has; the generated ones would log a traceback."""

    def _refuse(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "the local plugins don't offer this")

    GetSchema = Parameterize = Call = Construct = List = GetMapping = GetMappings = _refuse


class Servicer(_NotOffered):
    def __init__(self, provider: Provider[Any], environ: Mapping[str, str], logger: logging.Logger) -> None:
        self.provider = provider
        self.logger = logger
        self._environ = environ
        self._engine = EngineLog()
        self.cancelled = threading.Event()
        self._session: Any = None
        self._config: Values | None = None
        self._configuring = threading.Lock()

    @_answering
    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._engine.attach(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_resources=True, supports_autonaming_configuration=True)

    @_answering
    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.cancelled = threading.Event()  # another engine: each sends Cancel when it ends
        self._engine.attach(request.address)
        return Empty()

    @_answering
    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self.provider.version)

    @_answering
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return messages.check_response(self.provider.check_config(from_struct(request.news), self._environ))

    @_answering
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """A provider of another configuration is still the same provider: nothing is replaced because of it."""
        same = from_struct(request.old_inputs) == from_struct(request.news)
        kind = provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=kind)

    @_answering
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._configure(from_struct(request.args))
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, acceptResources=True, supports_autonaming_configuration=True
        )

    @_answering
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        return messages.check_response(resource.check(call, from_struct(request.olds), from_struct(request.news)))

    @_answering
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        old_inputs, state = from_struct(request.old_inputs), from_struct(request.olds)
        return messages.diff_response(resource.diff(call, request.id, old_inputs, state, from_struct(request.news)))

    @_answering
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        id, outputs = resource.create(call, from_struct(request.properties), request.preview)
        return provider_pb2.CreateResponse(id=id, properties=to_struct(outputs))

    @_answering
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        found = resource.read(call, request.id, from_struct(request.inputs), from_struct(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, inputs=to_struct(found.inputs), properties=to_struct(found.outputs)
        )

    @_answering
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        old_inputs, state, inputs = (from_struct(each) for each in (request.old_inputs, request.olds, request.news))
        outputs = resource.update(call, request.id, old_inputs, state, inputs, request.preview)
        return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    @_answering
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        resource.delete(call, request.id, from_struct(request.old_inputs), from_struct(request.properties))
        return Empty()

    @_answering
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        function = self.provider.function(request.tok)
        checked = function.check(from_struct(request.args))
        if checked.failures:
            return provider_pb2.InvokeResponse(failures=messages.failures(checked))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(function.invoke(self._session, checked.inputs)))
        return response

    @_answering
    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.cancelled.set()
        return Empty()

    def _configure(self, config: Values) -> None:
        """All providers of a program share this process, and calls don't tell which of them they are for."""
        with self._configuring:
            if self._session is None:
                self._session = self.provider.configure(config, self._environ)
                self._config = config
            elif config != self._config:
                raise Refused(
                    f"the local {self.provider.name} plugin serves one configuration, and has {self._config} already: "
                    f"it can't take {config} beside it"
                )

    def _resource(self, request: Any) -> Resource[Any]:
        return self.provider.resource(request.type or messages.type_of(request.urn))

    def _call(self, request: Any) -> Call[Any]:
        return Call(
            session=self._session,
            urn=request.urn,
            name=request.name or request.urn.rpartition("::")[2],
            log=Log(self._engine, request.urn),
            cancelled=self.cancelled,
            timeout=getattr(request, "timeout", 0),
            seed=getattr(request, "randomSeed", b""),
            autonaming=messages.autonaming_of(request),
        )

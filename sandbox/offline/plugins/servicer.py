"""The gRPC service of a provider. It converts protobuf messages to plain values for the handlers, and back.

It implements the generated servicer, because the SDK's experimental provider server lacks the old inputs in Diff and
Update, and shows Python tracebacks to users.
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
from sandbox.offline.plugins.errors import InitError, Refused
from sandbox.offline.plugins.provider import Provider
from sandbox.offline.plugins.resource import Call, Resource
from sandbox.offline.plugins.values import Values, from_struct, to_struct

Rpc = Callable[["Servicer", Any, grpc.ServicerContext], Any]


def _with_errors_reported(rpc: Rpc) -> Rpc:
    """Turns an exception into a gRPC error. A refusal keeps its message; the traceback of a bug is logged."""

    @functools.wraps(rpc)
    def answer(self: "Servicer", request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return rpc(self, request, context)
        except InitError as error:
            context.set_trailing_metadata((("grpc-status-details-bin", messages.init_error_status(error)),))
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
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


class _UnsupportedRpcs(provider_pb2_grpc.ResourceProviderServicer):
    """The RPCs that the local plugins don't implement. The generated methods would log a traceback."""

    def _refuse(self, request: Any, context: grpc.ServicerContext) -> NoReturn:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "the local plugins don't support this call")

    GetSchema = Parameterize = Call = Construct = List = GetMapping = GetMappings = _refuse


class Servicer(_UnsupportedRpcs):
    def __init__(self, provider: Provider[Any], environ: Mapping[str, str], logger: logging.Logger) -> None:
        self.provider = provider
        self.logger = logger
        self._environ = environ
        self._engine = EngineLog()
        self.cancelled = threading.Event()
        self._session: Any = None
        self._config: Values | None = None
        self._configuring = threading.Lock()

    @_with_errors_reported
    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._engine.attach(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_resources=True, supports_autonaming_configuration=True)

    @_with_errors_reported
    def Attach(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.cancelled = threading.Event()  # for a new engine, because the previous one sent Cancel when it ended
        self._engine.attach(request.address)
        return Empty()

    @_with_errors_reported
    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:
        return plugin_pb2.PluginInfo(version=self.provider.version)

    @_with_errors_reported
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return messages.check_response(self.provider.check_config(from_struct(request.news), self._environ))

    @_with_errors_reported
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        """A change of the configuration never replaces the provider, nor its resources."""
        same = from_struct(request.old_inputs) == from_struct(request.news)
        kind = provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=kind)

    @_with_errors_reported
    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._configure(from_struct(request.args))
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, acceptResources=True, supports_autonaming_configuration=True
        )

    @_with_errors_reported
    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        return messages.check_response(resource.check(call, from_struct(request.olds), from_struct(request.news)))

    @_with_errors_reported
    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        old_inputs, state = from_struct(request.old_inputs), from_struct(request.olds)
        return messages.diff_response(resource.diff(call, request.id, old_inputs, state, from_struct(request.news)))

    @_with_errors_reported
    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        id, outputs = resource.create(call, from_struct(request.properties), request.preview)
        return provider_pb2.CreateResponse(id=id, properties=to_struct(outputs))

    @_with_errors_reported
    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        found = resource.read(call, request.id, from_struct(request.inputs), from_struct(request.properties))
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.id, inputs=to_struct(found.inputs), properties=to_struct(found.outputs)
        )

    @_with_errors_reported
    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        old_inputs, state, inputs = (from_struct(each) for each in (request.old_inputs, request.olds, request.news))
        outputs = resource.update(call, request.id, old_inputs, state, inputs, request.preview)
        return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    @_with_errors_reported
    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:
        resource, call = self._resource(request), self._call(request)
        resource.delete(call, request.id, from_struct(request.old_inputs), from_struct(request.properties))
        return Empty()

    @_with_errors_reported
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:
        function = self.provider.function(request.tok)
        checked = function.check(from_struct(request.args))
        if checked.failures:
            return provider_pb2.InvokeResponse(failures=messages.failures(checked))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(function.invoke(self._session, checked.inputs)))
        return response

    @_with_errors_reported
    def Cancel(self, request: Any, context: grpc.ServicerContext) -> Any:
        self.cancelled.set()
        return Empty()

    def _configure(self, config: Values) -> None:
        """Accepts one configuration, because calls don't say for which of a program's providers they are."""
        with self._configuring:
            if self._session is None:
                self._session = self.provider.configure(config, self._environ)
                self._config = config
            elif config != self._config:
                raise Refused(
                    f"the local {self.provider.name} plugin serves one configuration, which is {self._config}: "
                    f"it can't serve {config} as well"
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

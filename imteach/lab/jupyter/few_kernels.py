"""A manager of kernels for Jupyter's server: of the notebooks that are open, those used last hold a kernel.

A kernel with a lesson takes some 54 MiB, and JupyterLab starts one for each notebook that is opened: all lessons held
a gigabyte. So the others let go of theirs. What is in a notebook stays there; its kernel's variables are gone, and its
lab says so and what to do. When something is run in it, JupyterLab starts a kernel for it again.

`imteach lab` names this class to Jupyter in `jupyter_config/jupyter_server_config.json`.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from traitlets import Dict, Instance, Integer


class FewKernels(AsyncMappingKernelManager):
    """Jupyter's own manager, which also ends what is idle and was used longest ago, once there are too many."""

    most = Integer(5, config=True, help="How many kernels to keep; more only while all of them are busy.")
    pause = Integer(10, config=True, help="For how many seconds there may be more: a page that is loaded asks for all.")

    _turn = Instance(asyncio.Lock, ())
    _unused = Dict()  # what listens to those that have run nothing, by their ids

    async def start_kernel(self, **asked: Any) -> str:  # type: ignore[override]
        """Start a kernel as always; see to the others a little later."""
        started = await super().start_kernel(**asked)
        IOLoop.current().call_later(self.pause, self.let_go)
        return str(started)

    async def let_go(self) -> None:
        """End kernels until there are no more than `most`: first those that ran nothing, then those used longest ago.

        A busy one is not ended, so there may be more until it is at rest: then this looks again.
        """
        async with self._turn:
            ids = self.list_kernel_ids()
            kernels: dict[str, Any] = {one: self.get_kernel(one) for one in ids}
            at_rest = [one for one in ids if self._is_at_rest(kernels[one])]
            at_rest.sort(key=lambda one: (one not in self._unused, kernels[one].last_activity))
            ending = at_rest[: max(0, len(ids) - self.most)]
            for one in ending:
                self.log.info("imteach: of %s kernels this was used longest ago, and ends: %s", len(ids), one)
                await self.shutdown_kernel(one)  # type: ignore[no-untyped-call]
            if len(ids) - len(ending) > self.most:
                IOLoop.current().call_later(self.pause, self.let_go)

    def _is_at_rest(self, kernel: Any) -> bool:
        """Whether nothing runs in it. Where no page has connected to it, it is said to be starting for ever.

        Cells may wait for one that starts, and on a busy machine that takes a while.
        """
        if kernel.execution_state == "starting":
            return bool(datetime.now(UTC) - kernel.last_activity >= timedelta(seconds=2 * self.pause))
        return bool(kernel.execution_state == "idle")

    def start_watching_activity(self, kernel_id: str) -> None:
        """Watch, as always, when it was last used; and whether a cell has been run in it at all.

        A page that connects to a kernel counts as use, and when it is loaded anew, it starts one for each of its tabs.
        """
        super().start_watching_activity(kernel_id)  # type: ignore[no-untyped-call]
        kernel: Any = self.get_kernel(kernel_id)
        self._unused[kernel_id] = kernel.connect_iopub()

        def hear(message: list[bytes]) -> None:
            if message[0].endswith(b".execute_input"):
                self._hear_no_more(kernel_id)

        self._unused[kernel_id].on_recv(hear)

    def stop_watching_activity(self, kernel_id: str) -> None:
        """Watch no more."""
        super().stop_watching_activity(kernel_id)  # type: ignore[no-untyped-call]
        self._hear_no_more(kernel_id)

    def _hear_no_more(self, kernel_id: str) -> None:
        if listener := self._unused.pop(kernel_id, None):
            listener.close()

"""All stages by name, in default order; a stage is loaded when it is asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from cleaner.stages.order import ORDER


class _Stages(Mapping[str, type[Any]]):
    def __getitem__(self, name: str) -> type[Any]:
        if name not in ORDER:
            raise KeyError(name)
        stage: type[Any] = getattr(import_module(f"cleaner.stages.{name}"), name.capitalize())
        return stage

    def __contains__(self, name: object) -> bool:
        return name in ORDER  # Mapping would load it to see

    def __iter__(self) -> Iterator[str]:
        return iter(ORDER)

    def __len__(self) -> int:
        return len(ORDER)


STAGES: Mapping[str, type[Any]] = _Stages()

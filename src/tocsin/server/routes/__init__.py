"""One file per group of routes. Each has `routes(...) -> APIRouter`; every route names the action that it needs."""

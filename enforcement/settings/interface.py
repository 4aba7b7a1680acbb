"""The interface for other systems: limits, and how it describes itself. Everything it shows comes from this server."""

from .env import env

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {
        "system": env.str("API_CALLS", "600/min"),
        # Refused tokens of one address.
        "refused": env.str("API_REFUSALS", "20/min"),
    },
    "UNAUTHENTICATED_USER": None,
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", False) else 0,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "执衡系统接口",
    "DESCRIPTION": "立案、网络查控反馈、节点办结、到账登记；案件、时间轴、到账查询。",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": False,
        "docExpansion": "list",
        "defaultModelsExpandDepth": -1,
        "validatorUrl": None,
    },
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CaseState": "cases.states.CaseState",
        "NodeState": "cases.states.NodeState",
        "ReceiptState": "funds.states.ReceiptState",
        "ClockState": "deadlines.models.Deadline.State",
        "PartyKind": "cases.models.Party.Kind",
        "ClaimKind": "cases.models.ClaimItem.Kind",
        "PropertyKind": "measures.models.Property.Kind",
    },
}

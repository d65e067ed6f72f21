"""The local server responds as the template's gateway does."""

from http.client import HTTPConnection, HTTPResponse

from support.service import running_service
from support.template import deployed

from local.server.server import LocalServer

ORIGIN = "http://localhost:5173"


def request(server: LocalServer, method: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.request(
        method,
        "/api/v1/recommend",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def cors(response: HTTPResponse, name: str) -> set[str]:
    return {each.strip() for each in (response.getheader(f"Access-Control-{name}") or "").split(",")}


def test_it_sends_the_cors_headers_of_the_gateway() -> None:
    api = deployed(AllowedOrigins=ORIGIN)["Resources"]["HttpApi"]["Properties"]["Body"]
    gateway = api["x-amazon-apigateway-cors"]
    with running_service() as server:
        preflight = request(server, "OPTIONS", Origin=ORIGIN, Access_Control_Request_Method="GET")
        response = request(server, "GET", Origin=ORIGIN)

    assert cors(preflight, "Allow-Methods") == set(gateway["allowMethods"])
    assert cors(preflight, "Allow-Headers") == set(gateway["allowHeaders"])
    assert cors(preflight, "Max-Age") == {str(gateway["maxAge"])}
    assert cors(response, "Expose-Headers") == set(gateway["exposeHeaders"])


def test_each_response_has_its_own_request_id() -> None:
    with running_service() as server:
        ids = [request(server, "GET").getheader("Apigw-Requestid") for _ in range(2)]

    assert all(ids)
    assert ids[0] != ids[1]

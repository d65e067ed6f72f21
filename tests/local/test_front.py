"""The local front stands in for the gateway of the template."""

from http.client import HTTPConnection, HTTPResponse

from support.service import running_service
from support.template import deployed

from local.server.server import Front

ORIGIN = "http://localhost:5173"


def sent(front: Front, method: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", front.server_port, timeout=30)
    connection.request(
        method,
        "/api/v1/recommend",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def listed(response: HTTPResponse, name: str) -> set[str]:
    return {each.strip() for each in (response.getheader(f"Access-Control-{name}") or "").split(",")}


def test_it_allows_other_origins_what_the_gateway_allows_them() -> None:
    api = deployed(AllowedOrigins=ORIGIN)["Resources"]["HttpApi"]["Properties"]["Body"]
    gateway = api["x-amazon-apigateway-cors"]
    with running_service() as front:
        preflight = sent(front, "OPTIONS", Origin=ORIGIN, Access_Control_Request_Method="GET")
        answer = sent(front, "GET", Origin=ORIGIN)

    assert listed(preflight, "Allow-Methods") == set(gateway["allowMethods"])
    assert listed(preflight, "Allow-Headers") == set(gateway["allowHeaders"])
    assert listed(preflight, "Max-Age") == {str(gateway["maxAge"])}
    assert listed(answer, "Expose-Headers") == set(gateway["exposeHeaders"])


def test_each_answer_has_an_id_of_its_own() -> None:
    with running_service() as front:
        ids = [sent(front, "GET").getheader("Apigw-Requestid") for _ in range(2)]

    assert all(ids)
    assert ids[0] != ids[1]

"""The example shop: orders as they change."""

from feeds import Socket, Stream
from harness import EXAMPLE, request
from problems import assert_problem
from tokens import make


def test_a_user_follows_their_orders_and_an_admin_all(serve):
    shop = serve(EXAMPLE, "--dev")
    client = shop.client()
    keys = f"{shop.database}.dev-keys.json"
    tokens = {who: make(keys, "--subject", subject, *more)
              for who, subject, *more in [("admin", 100, "--roles", "admin"), ("ada", 1), ("eve", 2)]}
    as_ = {who: {"Authorization": f"Bearer {token}"} for who, token in tokens.items()}
    client.post("/products", json={"slug": "tea", "name": "Tea", "price": 3.50}, headers=as_["admin"])
    for name in ("ada", "eve"):
        client.post("/users", json={"email": f"{name}@example.com", "name": name, "password": "correct horse"})

    def follow(kind, who, query=""):
        return kind(shop.wire(), "/orders/feed" + query, f"Authorization: Bearer {tokens[who]}")

    ada, eve = follow(Stream, "ada"), follow(Socket, "eve")
    admin, paid = follow(Socket, "admin"), follow(Stream, "admin", "?status=paid")
    order = {"productId": 1, "quantity": 2, "subtotal": 7.00}
    of_ada = client.post("/orders", json=order, headers=as_["ada"])
    of_eve = client.post("/checkout", json=order, headers=as_["eve"])
    path = of_eve.headers["Location"]
    client.patch(path, content='{"status": "paid"}',
                 headers={**as_["eve"], "Content-Type": "application/merge-patch+json"})
    client.delete(path, headers=as_["eve"])
    assert ada.event() == ("created", of_ada.json())
    assert [eve.event()[0] for _ in range(3)] == ["created", "updated", "deleted"]
    assert [admin.event()[0] for _ in range(4)] == ["created", "created", "updated", "deleted"]
    assert [paid.event()[0] for _ in range(2)] == ["created", "deleted"]
    client.delete(of_ada.headers["Location"], headers=as_["ada"])
    assert ada.event() == ("deleted", {"id": of_ada.json()["id"]})  # nothing of Eve's came between
    with shop.wire() as wire:  # HTTP/2 has no field Upgrade
        wire.send(request("GET", "/orders/feed", f"Authorization: Bearer {tokens['ada']}"))
        assert_problem(wire.read(), 426, "UPGRADE_REQUIRED")
    assert_problem(client.get("/orders/feed"), 401, "CREDENTIALS_REQUIRED")

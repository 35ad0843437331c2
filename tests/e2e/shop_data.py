"""Contents that the example shop takes, each made fresh so that a test may change it."""

import json


def user(**more):
    return {"email": "ada@example.com", "name": "Ada", "password": "correct horse", **more}


def product(**more):
    return {"slug": "tea-pot", "name": "Tea pot", "price": 19.90, "stock": 12, **more}


def order(**more):
    return {"userId": 1, "productId": 1, "quantity": 2, "subtotal": 39.80, **more}


def settings(**more):
    return {"name": "Corner shop", "currency": "EUR", **more}


def created(response):
    assert response.status_code == 201, response.text
    return response.json()


def with_order(client, **more):
    """A user, a product and an order of both; the order."""
    buyer = created(client.post("/users", json=user()))
    goods = created(client.post("/products", json=product()))
    return created(client.post("/orders", json=order(userId=buyer["id"], productId=goods["id"], **more)))


def merge(client, path, patch, **fields):
    """PATCH with a merge patch."""
    headers = {"Content-Type": "application/merge-patch+json", **fields}
    return client.patch(path, content=json.dumps(patch), headers=headers)


def json_patch(client, path, operations, **fields):
    headers = {"Content-Type": "application/json-patch+json", **fields}
    return client.patch(path, content=json.dumps(operations), headers=headers)

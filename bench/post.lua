-- A product with a slug that no other has.
local n = 0

function init()
	start = string.format("%x", os.time())
end

function request()
	n = n + 1
	local body = string.format('{"slug": "tea-%s-%d", "name": "Tea pot", "price": 19.90}', start, n)

	return wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, body)
end

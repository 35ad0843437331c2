-- Sixteen requests in one write, on each connection.
function init()
	local one = wrk.format("GET")
	batch = string.rep(one, 16)
end

function request()
	return batch
end

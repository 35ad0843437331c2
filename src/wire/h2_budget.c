/* What a client may make the server do for nothing: see h2_parts.h. */
#include "wire/h2_parts.h"

void h2_budget_init(struct h2_budget *budget, uint32_t max, uint32_t per_second)
{
	*budget = (struct h2_budget){ .max = max, .per_second = per_second, .left = (uint64_t)max * 1000 };
}

static void fill(struct h2_budget *budget, uint64_t thousandths)
{
	uint64_t max = (uint64_t)budget->max * 1000;

	budget->left = budget->left + thousandths > max ? max : budget->left + thousandths;
}

bool h2_budget_spend(struct h2_budget *budget, uint32_t amount, uint64_t now)
{
	enum { LONG_MS = 3600 * 1000 }; /* after so long any budget is full */
	uint64_t passed = now > budget->at ? now - budget->at : 0;

	fill(budget, (passed < LONG_MS ? passed : LONG_MS) * budget->per_second);
	budget->at = now;
	if (budget->left < (uint64_t)amount * 1000)
		return false;
	budget->left -= (uint64_t)amount * 1000;
	return true;
}

void h2_budget_earn(struct h2_budget *budget, uint32_t amount)
{
	fill(budget, (uint64_t)amount * 1000);
}

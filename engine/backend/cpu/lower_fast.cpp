#include "engine/backend/cpu/cpu_plan.h"
namespace soliloquy::cpu {
std::vector<Instruction> lower_fast(const Graph& graph, const Binding& binding) { return lower_exact(graph, binding); }
}  // namespace soliloquy::cpu

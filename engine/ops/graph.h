/// engine/ops/graph.h: a model's forward pass as a list of ops over a table of tensors. It says what, never how.
#pragma once

#include <string>
#include <vector>

#include "engine/core/result.h"
#include "engine/ops/op.h"

namespace soliloquy {

class Graph {
  public:
    Graph() : tensors_(1) {}  // index 0 is "no tensor"

    /// F32 [tokens or outputs, columns].
    Tensor activation(std::string name, uint64_t columns, Rows rows = Rows::per_token, DType type = DType::f32);
    /// Columns [first, first + columns) of an activation.
    Tensor view(Tensor base, uint64_t first, uint64_t columns);
    Tensor weight(const Weight& weight);  ///< an absent weight gives "no tensor"
    /// `memory` holds positions * columns numbers of `type` and outlives every use of the graph.
    Tensor cache(std::string name, DType type, uint64_t positions, uint64_t columns, std::byte* memory);

    void add(Op op) { ops_.push_back(std::move(op)); }

    [[nodiscard]] const std::vector<Op>& ops() const noexcept { return ops_; }
    [[nodiscard]] const std::vector<TensorInfo>& tensors() const noexcept { return tensors_; }
    [[nodiscard]] const TensorInfo& operator[](Tensor t) const { return tensors_[t.index]; }
    /// The tensor that owns the memory: t itself, or what it is a view of.
    [[nodiscard]] Tensor owner(Tensor t) const { return tensors_[t.index].base ? tensors_[t.index].base : t; }

  private:
    std::vector<TensorInfo> tensors_;
    std::vector<Op> ops_;
};

/// Checks every op's shapes and types; an Error says which op, which operand, what was expected and found.
[[nodiscard]] Status validate(const Graph& graph);

}  // namespace soliloquy

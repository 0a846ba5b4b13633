/// engine/ops/graph.cpp: the table of tensors.
#include "engine/ops/graph.h"

#include <utility>

namespace soliloquy {

Tensor Graph::activation(std::string name, uint64_t columns, Rows rows, DType type) {
    TensorInfo info;
    info.name = std::move(name);
    info.type = type;
    info.rows_of = rows;
    info.columns = columns;
    tensors_.push_back(std::move(info));
    return {static_cast<uint32_t>(tensors_.size() - 1)};
}

Tensor Graph::view(Tensor base, uint64_t first, uint64_t columns) {
    TensorInfo info = tensors_[base.index];
    info.name.append("[").append(std::to_string(first)).append(":").append(std::to_string(first + columns)).append("]");
    info.first_column += first;
    info.columns = columns;
    if (!info.base) info.base = base;
    tensors_.push_back(std::move(info));
    return {static_cast<uint32_t>(tensors_.size() - 1)};
}

Tensor Graph::weight(const Weight& weight) {
    if (!weight) return {};
    TensorInfo info;
    info.name = std::string(weight.name);
    info.role = TensorRole::weight;
    info.type = weight.type;
    info.rows = weight.rows;
    info.columns = weight.columns;
    info.weight = weight;
    tensors_.push_back(std::move(info));
    return {static_cast<uint32_t>(tensors_.size() - 1)};
}

Tensor Graph::cache(std::string name, DType type, uint64_t positions, uint64_t columns, std::byte* memory) {
    TensorInfo info;
    info.name = std::move(name);
    info.role = TensorRole::cache;
    info.type = type;
    info.rows = positions;
    info.columns = columns;
    info.cache = memory;
    tensors_.push_back(std::move(info));
    return {static_cast<uint32_t>(tensors_.size() - 1)};
}

}  // namespace soliloquy

/// engine/backend/cpu/scalar_attention.h: attention of one query over part of the rows of a key cache and a value cache.
#pragma once

#include <algorithm>
#include <cmath>

#include "engine/backend/cpu/cpu_op.h"
#include "engine/core/float16.h"
#include "engine/quant/block_formats.h"

namespace soliloquy::cpu {

struct ScalarAttention {
    CacheRows keys;
    size_t first_key, key_dim;  ///< columns of the key cache
    CacheRows values;
    size_t first_value, value_dim;

    static float number(const CacheRows& rows, size_t p, size_t column) noexcept {
        if (rows.type == DType::q8_0) {
            const auto& block = reinterpret_cast<const BlockQ8_0*>(rows.row(p))[column / kBlock];
            return f16_to_f32(block.d) * static_cast<float>(block.qs[column % kBlock]);
        }
        if (rows.type == DType::f16) return f16_to_f32(reinterpret_cast<const uint16_t*>(rows.row(p))[column]);
        return reinterpret_cast<const float*>(rows.row(p))[column];
    }

    /// y[value_dim] = sum over p in [first, end) of softmax_p(scale * q . key[p]) * value[p]; `scores` holds `end` numbers.
    void run(const float* q, float* y, size_t first, size_t end, float scale, const float* sink, float* scores) const noexcept {
        double greatest = sink != nullptr ? static_cast<double>(*sink) : -INFINITY;
        for (size_t p = first; p < end; ++p) {
            double score = 0.0;
            for (size_t i = 0; i < key_dim; ++i) score += static_cast<double>(q[i]) * static_cast<double>(number(keys, p, first_key + i));
            scores[p] = static_cast<float>(score * static_cast<double>(scale));
            greatest = std::max(greatest, static_cast<double>(scores[p]));
        }
        double sum = sink != nullptr ? std::exp(static_cast<double>(*sink) - greatest) : 0.0;
        for (size_t p = first; p < end; ++p) {
            scores[p] = static_cast<float>(std::exp(static_cast<double>(scores[p]) - greatest));
            sum += static_cast<double>(scores[p]);
        }
        for (size_t i = 0; i < value_dim; ++i) {
            double value = 0.0;
            for (size_t p = first; p < end; ++p)
                value += static_cast<double>(scores[p]) * static_cast<double>(number(values, p, first_value + i));
            y[i] = static_cast<float>(value / sum);
        }
    }
};

}  // namespace soliloquy::cpu

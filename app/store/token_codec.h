/// app/store/token_codec.h: token columns as zstd-compressed blobs and back.
#pragma once

#include <array>
#include <string>

#include "app/store/records.h"

namespace soliloquy::store {

/// Blobs in the order of the columns of message_tokens. Numbers of four bytes are little endian and split into byte planes before
/// compression (all lowest bytes, then all second ones, ...), which makes ids and floats compress much better.
struct EncodedTokens {
    uint32_t count = 0;
    std::array<std::string, 10> blobs;  ///< ids origins times logprobs entropies byte_counts bytes alternative counts, ids, logprobs
};

[[nodiscard]] EncodedTokens encode_tokens(const TokenColumns& tokens);
/// Sizes are checked against `count` before anything is allocated; throws StoreError (broken) when they do not fit.
[[nodiscard]] TokenColumns decode_tokens(const EncodedTokens& encoded);

}  // namespace soliloquy::store

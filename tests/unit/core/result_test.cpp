/// tests/unit/core/result_test.cpp
#include "engine/core/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace soliloquy {
namespace {

Result<int> half(int x) {
    if (x % 2 != 0) return Error{ErrorCode::invalid_argument, "odd"};
    return x / 2;
}

Result<int> quarter(int x) {
    ASSIGN_OR_RETURN(const int h, half(x));
    ASSIGN_OR_RETURN(const int q, half(h));
    return q;
}

Status check(int x) {
    RETURN_IF_ERROR(quarter(x));
    return Status::success();
}

TEST(Result, ValuesAndErrorsPassThroughTheMacros) {
    ASSERT_TRUE(quarter(12).ok());
    EXPECT_EQ(*quarter(12), 3);
    ASSERT_FALSE(quarter(6).ok());
    EXPECT_EQ(quarter(6).error().message, "odd");
    EXPECT_TRUE(check(4).ok());
    ASSERT_FALSE(check(2).ok());
    EXPECT_EQ(check(2).error().within("here").message, "here: odd");
}

TEST(Result, HoldsWhatCannotBeCopied) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    const std::unique_ptr<int> taken = std::move(result).value();
    EXPECT_EQ(*taken, 7);
}

}  // namespace
}  // namespace soliloquy

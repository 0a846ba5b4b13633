/// tests/unit/models/close_request_test.cpp: a request to close a thought is for the open one, not for those after it.
#include "engine/close_request.h"

#include <gtest/gtest.h>

namespace soliloquy {
namespace {

TEST(CloseRequest, WaitsForItsBoundary) {
    CloseRequest request;
    EXPECT_FALSE(request.is_due(true, true, true)) << "nobody asked";
    request.ask(Boundary::now);
    EXPECT_TRUE(request.is_due(true, false, false));
    request.ask(Boundary::utf8);
    EXPECT_FALSE(request.is_due(true, false, true));
    EXPECT_TRUE(request.is_due(true, true, false));
    request.clear();
    request.ask(Boundary::line);
    for (uint32_t i = 1; i < CloseRequest::kLineBoundaryTokens; ++i) EXPECT_FALSE(request.is_due(true, true, false)) << i;
    EXPECT_TRUE(request.is_due(true, true, false));
}

TEST(CloseRequest, IsOverWhenTheModelClosesTheThoughtItself) {
    for (const Boundary boundary : {Boundary::now, Boundary::utf8, Boundary::line}) {
        CloseRequest request;
        request.ask(boundary);
        EXPECT_FALSE(request.is_due(false, true, true)) << "the model was faster";
        EXPECT_FALSE(request.is_due(true, true, true)) << "a second thought is another one";
    }
}

TEST(CloseRequest, CountsItsTokensAnew) {
    CloseRequest request;
    request.ask(Boundary::line);
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(request.is_due(true, true, false));
    request.clear();
    request.ask(Boundary::line);
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(request.is_due(true, true, false)) << i;
}

}  // namespace
}  // namespace soliloquy

/// tests/unit/models/quantization_name_test.cpp: the file's own word for how it was quantised, where its tensors bear it out.
#include <gtest/gtest.h>

#include "engine/inspect.h"

namespace soliloquy {
namespace {

TEST(QuantizationName, IsTheFilesOwnWhenItsTensorsBearItOut) {
    const std::vector<ModelReport::TypeShare> mix{{"Q4_K", 200, 610}, {"Q6_K", 40, 300}, {"F32", 100, 90}};
    EXPECT_EQ(quantization_name(15, mix), "Q4_K_M");
    EXPECT_EQ(quantization_name(14, mix), "Q4_K_S");
    EXPECT_EQ(quantization_name(7, mix), "Q4_K") << "a file that says Q8_0 and holds no Q8_0 is not believed";
    EXPECT_EQ(quantization_name(999, mix), "Q4_K");
    EXPECT_EQ(quantization_name(std::nullopt, mix), "Q4_K");
    EXPECT_EQ(quantization_name(29, {{"IQ2_S", 10, 700}, {"Q5_K", 1, 300}}), "IQ2_M");
    EXPECT_EQ(quantization_name(18, {{"Q4_K", 10, 990}, {"Q6_K", 1, 10}}), "Q4_K") << "one tensor of it is not enough";
    EXPECT_EQ(quantization_name(15, {}), "nothing");
}

}  // namespace
}  // namespace soliloquy

// shaders/include/workgroup.glsl: sums and maxima over a workgroup, whatever size its subgroups have.
#ifndef WORKGROUP_GLSL
#define WORKGROUP_GLSL
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require

// Invocations of a workgroup: specialization constant 0, a power of two, at most 256.
layout(local_size_x_id = 0) in;

const uint kMostSubgroups = 64;  // 256 invocations in subgroups of 4
shared float workgroup_partials[kMostSubgroups];

// The sum of every invocation's number, in every invocation. All invocations must come here.
float workgroup_sum(float number) {
    const float part = subgroupAdd(number);
    if (gl_NumSubgroups == 1) return part;
    barrier();  // the partials of an earlier call are read
    if (subgroupElect()) workgroup_partials[gl_SubgroupID] = part;
    barrier();
    float sum = 0.0;
    for (uint i = 0; i < gl_NumSubgroups; ++i) sum += workgroup_partials[i];
    return sum;
}

float workgroup_max(float number) {
    const float part = subgroupMax(number);
    if (gl_NumSubgroups == 1) return part;
    barrier();
    if (subgroupElect()) workgroup_partials[gl_SubgroupID] = part;
    barrier();
    float most = workgroup_partials[0];
    for (uint i = 1; i < gl_NumSubgroups; ++i) most = max(most, workgroup_partials[i]);
    return most;
}
#endif
